# reason: timeout
# timeout: 1
# stdout: ignoring
import signal
import time

for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
print("ignoring")
while True:
    time.sleep(1)
