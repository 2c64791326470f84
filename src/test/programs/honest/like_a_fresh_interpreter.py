# reason: completed
# stdout: 997 1 True interrupted ['SIGINT', 'SIGPIPE', 'SIGXFSZ'] [] 2 main.py __main__
# What a program can see of the process that it was put into.
import inspect
import os
import signal
import sys
import threading


def depth(n):
    return n and 1 + depth(n - 1)


handled = []
for number in sorted(signal.valid_signals()):
    if isinstance(number, signal.Signals) and signal.getsignal(number) is not signal.SIG_DFL:
        handled.append(number.name)
blocked = list(signal.pthread_sigmask(signal.SIG_BLOCK, []))
try:
    os.kill(os.getpid(), signal.SIGINT)
    signal.pause()
    interrupted = "not interrupted"
except KeyboardInterrupt:
    interrupted = "interrupted"
own = threading.main_thread().native_id == threading.get_native_id() == os.getpid()
print(depth(997), len(inspect.stack()), own, interrupted, handled, blocked, len(sys.path_hooks), *sys.argv, __name__)
