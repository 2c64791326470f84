# reason: completed
# tiers: namespaces
# stdout: left 40
# Orphans in sessions of their own that ignore what can be ignored.
import os
import signal

for number in range(40):
    child = os.fork()
    if child == 0:
        os.setsid()
        for each in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(each, signal.SIG_IGN)
        if os.fork() == 0:
            os.close(1)
            os.close(2)
            signal.pause()
        os._exit(0)
    os.waitpid(child, 0)
print("left", number + 1)
