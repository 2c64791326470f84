# reason: completed
# stdout: refused refused refused works
# membarrier(2) for all programs of the machine, and for the own.
import ctypes
import platform

libc = ctypes.CDLL(None, use_errno=True)
MEMBARRIER = {"x86_64": 324, "aarch64": 283}[platform.machine()]
REGISTER, PRIVATE = 16, 8


def ask(command):
    return libc.syscall(MEMBARRIER, command, 0, 0)


answers = ["done" if ask(command) == 0 else "refused" for command in (1, 2, 4)]
assert ask(0) > 0
assert ask(REGISTER) == 0 and ask(PRIVATE) == 0
print(*answers, "works")
