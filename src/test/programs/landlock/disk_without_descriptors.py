# reason: disk
# details-has: Disk limit of 64 MB
# tiers: landlock
# A mapped page keeps a whole file. Python's own mmap would keep a descriptor as well.
import ctypes
import mmap
import os
import time

libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
for _ in range(12):
    with open("f", "w+b") as file:
        os.unlink("f")
        file.truncate(30 << 20)
        libc.mmap(None, mmap.PAGESIZE, mmap.PROT_READ, mmap.MAP_SHARED, file.fileno(), ctypes.c_long(0))
        file.write(bytes(30 << 20))
time.sleep(100)
