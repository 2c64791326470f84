# reason: completed
# stdout: refused
# A process that its parent does not know would keep the run's namespaces alive for ever.
import ctypes
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
number = 56 if platform.machine() == "x86_64" else 220
CLONE_PARENT, CLONE_VFORK = 0x8000, 0x4000
done = 0
for flags in (CLONE_PARENT | 17, CLONE_PARENT, CLONE_PARENT | 10, CLONE_PARENT | CLONE_VFORK | 17) * 20:
    pid = libc.syscall(number, flags, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    done += pid > 0
open("left.txt", "w").close()
print("done" if done else "refused")
