# reason: timeout or processes
# timeout: 4
# tiers: namespaces
# As many sessions as there can be, each new and gone before anybody could look at it.
import os
import time

for _ in range(30):
    if os.fork() == 0:
        break
while True:
    child = os.fork()
    if child == 0:
        os.setsid()
        until = time.monotonic() + 0.1
        while time.monotonic() < until:
            pass
        os._exit(0)
    os.waitpid(child, 0)
