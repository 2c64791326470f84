# reason: completed
# tiers: landlock
# stdout: unsupported 1048576
# Space that is taken ahead is in no limit of a file's size: gigabytes at a single call.
import ctypes
import errno
import os

libc = ctypes.CDLL(None, use_errno=True)
libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_long, ctypes.c_long]
file = os.open("file", os.O_CREAT | os.O_RDWR)
done = libc.fallocate(file, 1, 0, 2 << 30) == 0  # FALLOC_FL_KEEP_SIZE
answer = "done" if done else "unsupported" if ctypes.get_errno() == errno.EOPNOTSUPP else ctypes.get_errno()
os.posix_fallocate(file, 0, 1 << 20)  # writes instead
print(answer, os.fstat(file).st_size)
os.remove("file")
