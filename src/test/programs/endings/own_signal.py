# reason: killed
# signal: SIGTERM
# stdout: before
import os
import signal

print("before")
os.kill(os.getpid(), signal.SIGTERM)
print("after")
