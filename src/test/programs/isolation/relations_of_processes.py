# reason: completed
# stdout: {'EPERM'}
# Children of the process that has started us, traced ones, and ones with a handle: clone(2).
import ctypes
import errno
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
number = 56 if platform.machine() == "x86_64" else 220
CLONE_PARENT, CLONE_PTRACE, CLONE_PIDFD, CLONE_IO = 0x8000, 0x2000, 0x1000, 0x80000000
CLONE_VM, CLONE_THREAD, CLONE_SIGHAND, CLONE_VFORK = 0x100, 0x10000, 0x800, 0x4000
answers = set()
for flags in (
    CLONE_PARENT | 17,
    CLONE_PARENT,
    CLONE_PARENT | 9,
    CLONE_PARENT | CLONE_VFORK | 17,
    CLONE_PARENT | CLONE_PTRACE | 17,
    CLONE_PTRACE | 17,
    CLONE_PIDFD | 17,
    CLONE_IO | 17,
    CLONE_PARENT | CLONE_VM | CLONE_THREAD | CLONE_SIGHAND,
):
    pid = libc.syscall(number, flags, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    answers.add("done" if pid > 0 else errno.errorcode[ctypes.get_errno()])
print(answers)
