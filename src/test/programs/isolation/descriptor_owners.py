# reason: completed
# stdout: {'PermissionError'} works
# Signals, leases and news through a descriptor reach processes that kill(2) does not; fcntl(2).
import fcntl
import os

F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY, F_SETPIPE_SZ = 8, 10, 15, 1024, 1026, 1031
mine, theirs = os.pipe()
answers = set()
for descriptor, command, argument in (
    (mine, F_SETOWN, os.getpid()),
    (mine, F_SETOWN, -1),
    (mine, F_SETSIG, 9),
    (mine, F_SETOWN_EX, bytes(8)),
    (os.open("/usr", os.O_RDONLY), F_NOTIFY, 2),
    (os.open("/usr/bin/env", os.O_RDONLY), F_SETLEASE, 0),
    (theirs, F_SETPIPE_SZ, 1 << 20),
):
    try:
        fcntl.fcntl(descriptor, command, argument)
        answers.add("done")
    except OSError as e:
        answers.add(type(e).__name__)
flags = fcntl.fcntl(mine, fcntl.F_GETFL)
fcntl.fcntl(mine, fcntl.F_SETFL, flags | os.O_NONBLOCK)
os.close(fcntl.fcntl(mine, fcntl.F_DUPFD_CLOEXEC, 10))
with open("locked", "w") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    fcntl.flock(file, fcntl.LOCK_EX)
os.unlink("locked")
print(answers, "works")
