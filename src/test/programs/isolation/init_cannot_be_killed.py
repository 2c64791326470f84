# reason: completed
# tiers: namespaces
# stdout: still here
import os
import signal
import time

for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGSTOP, signal.SIGSEGV):
    try:
        os.kill(1, number)
    except PermissionError:
        pass
time.sleep(0.1)
print("still here")
