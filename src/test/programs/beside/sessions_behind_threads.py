# reason: timeout or processes
# timeout: 4
# tiers: namespaces
# The first threads, at which one looks, do nothing.
import os
import threading
import time


def spin():
    while True:
        pass


for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        break
threading.Thread(target=spin).start()
time.sleep(60)
