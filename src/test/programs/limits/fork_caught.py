# reason: completed
# tiers: namespaces
# stdout: caught
import os
import time

try:
    while True:
        if os.fork() == 0:
            time.sleep(100)
except BlockingIOError:
    print("caught")
