# reason: completed
# stdout: SIGUSR1
import os
import signal

signal.signal(signal.SIGUSR1, lambda number, frame: print(signal.Signals(number).name))
os.kill(os.getpid(), signal.SIGUSR1)
