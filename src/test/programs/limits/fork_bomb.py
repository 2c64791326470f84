# reason: processes
# tiers: namespaces
# details-has: Limit of 64 processes and threads exceeded
# timeout: 10
import os
import time

while True:
    if os.fork() == 0:
        time.sleep(100)
