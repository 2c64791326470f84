# reason: completed
# tiers: namespaces
# exit: 0
# stdout: done
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(1000)
    os._exit(0)
os.wait()
print("done")
