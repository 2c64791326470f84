# reason: killed
# signal: SIGKILL
import os
import signal

os.kill(os.getpid(), signal.SIGKILL)
