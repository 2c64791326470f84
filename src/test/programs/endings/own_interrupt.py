# reason: killed
# signal: SIGINT
# stdout: interrupted
# stderr-has: KeyboardInterrupt
import os
import signal

try:
    os.kill(os.getpid(), signal.SIGINT)
finally:
    print("interrupted")
