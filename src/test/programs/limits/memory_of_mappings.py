# reason: memory
# tiers: namespaces
# details-has: Memory limit of 512 MB exceeded
# What the kernel knows of each mapping takes memory, too, and a fork copies it.
import ctypes
import os
import time

libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
number = 0
while libc.mmap(None, 4096, 1 + 2 * (number % 2), 0x22, -1, 0) != ctypes.c_void_p(-1).value:
    number += 1
for _ in range(30):
    if os.fork() == 0:
        time.sleep(100)
time.sleep(100)
