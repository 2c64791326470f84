# reason: memory
# tiers: namespaces
# details-has: Memory limit of 512 MB exceeded
import os
import time

for _ in range(10):
    if os.fork() == 0:
        held = bytearray(120 << 20)
        held[:: 1 << 12] = b"x" * (len(held) >> 12)
        time.sleep(100)
time.sleep(100)
