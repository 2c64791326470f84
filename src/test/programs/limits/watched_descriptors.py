# reason: memory
# tiers: namespaces
# details-has: Limit of 32768 descriptors that epoll watches exceeded
# They are counted for the user, who may be the server's own.
import os
import select
import time

for _ in range(8):
    if os.fork() == 0:
        break
pipes = [descriptor for _ in range(60) for descriptor in os.pipe()]
held = []
while len(held) < 120:
    held.append(select.epoll())
    for descriptor in pipes:
        held[-1].register(descriptor, select.EPOLLIN)
time.sleep(100)
