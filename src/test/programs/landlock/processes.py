# reason: completed
# stdout: 0 []
# tiers: landlock
import ctypes
import os
import signal
import subprocess
import threading

own = os.getpid()
touched = 0
for pid in [1, 2, os.getppid(), own - 1, own + 1, -1, 0]:
    for call in (lambda: os.kill(pid, 0), lambda: os.kill(pid, signal.SIGCONT), lambda: os.pidfd_open(max(pid, 1))):
        try:
            call()
            touched += 1
        except OSError:
            pass
try:
    os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)
    touched += 1
except OSError:
    pass
started = []
for name, start in {
    "fork": os.fork,
    "spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "subprocess": lambda: subprocess.run(["true"]),
}.items():
    try:
        start()
        started.append(name)
    except OSError:
        pass
libc = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1
if libc.prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) == 0:
    started.append("outlives its zygote")
print(touched, started)
