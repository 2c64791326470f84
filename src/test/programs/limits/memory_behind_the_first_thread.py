# reason: memory
# tiers: namespaces
# details-has: Memory limit of 512 MB exceeded
# A process whose first thread has ended alone seems to have no memory.
import ctypes
import os
import threading
import time


def hold() -> None:
    held = bytearray(300 << 20)
    held[:: 1 << 12] = b"x" * (len(held) >> 12)
    time.sleep(100)


for _ in range(3):
    if os.fork() == 0:
        threading.Thread(target=hold).start()
        ctypes.CDLL(None).pthread_exit(None)
time.sleep(100)
