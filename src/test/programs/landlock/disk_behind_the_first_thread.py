# reason: disk
# details-has: Disk limit of 64 MB
# stdout-has: refused
# tiers: landlock
# Open files of a process whose first thread has ended, and of threads that would have a table of their own.
import ctypes
import os
import threading
import time

libc = ctypes.CDLL(None, use_errno=True)
# CLONE_VM, CLONE_SIGHAND and CLONE_THREAD without CLONE_FILES
if libc.syscall(56 if os.uname().machine == "x86_64" else 220, 0x100 | 0x800 | 0x10000, 0, 0, 0, 0) == -1:
    print("refused", flush=True)


def fill() -> None:
    while True:
        file = os.open("f", os.O_CREAT | os.O_WRONLY)
        os.unlink("f")
        os.write(file, bytes(16 << 20))


threading.Thread(target=fill).start()
libc.pthread_exit(None)
