# reason: completed
# stdout: EPERM EINVAL works
# What a thread had open in a table of its own, nobody would find who looks at its process.
import ctypes
import errno
import os
import platform
import threading

libc = ctypes.CDLL(None, use_errno=True)
number = 56 if platform.machine() == "x86_64" else 220
thread = 0x100 | 0x200 | 0x800 | 0x10000  # CLONE_VM CLONE_FS CLONE_SIGHAND CLONE_THREAD, without CLONE_FILES
answer = libc.syscall(number, thread, 0, 0, 0, 0)
refusal = errno.errorcode.get(ctypes.get_errno())
libc.syscall(436, 1000, 0xFFFFFFFF, 2)  # close_range, CLOSE_RANGE_UNSHARE
unshared = errno.errorcode[ctypes.get_errno()]
os.closerange(1000, 2000)
told = []
honest = threading.Thread(target=lambda: told.append("works"))
honest.start()
honest.join()
print("done" if answer >= 0 else refusal, unshared, *told)
