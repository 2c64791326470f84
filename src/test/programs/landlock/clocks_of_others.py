# reason: completed
# tiers: landlock
# stdout: EINVAL EPERM ENOSYS EPERM EPERM works
# A number is enough for the kernel to tell how long any process of the host has run, and that it is there.
import ctypes
import errno
import os
import platform
import time


def answer(ask, *arguments):
    try:
        ask(*arguments)
        return "told"
    except OSError as e:
        return errno.errorcode[e.errno]


other = 1
told = [
    answer(time.clock_gettime, ((~other) << 3) | 2),
    answer(os.getsid, other),
    answer(os.sched_getaffinity, other),
    answer(os.getpriority, os.PRIO_PROCESS, other),
]
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall(252 if platform.machine() == "x86_64" else 31, 1, other)  # ioprio_get
told.append(errno.errorcode[ctypes.get_errno()])
time.process_time(), time.thread_time(), time.clock_gettime(time.CLOCK_BOOTTIME), time.sleep(0.001)
own = (len(os.sched_getaffinity(0)) > 0, os.getsid(os.getpid()) > 0, os.getpriority(os.PRIO_PROCESS, 0) >= 0)
print(*told, "works" if all(own) else own)
