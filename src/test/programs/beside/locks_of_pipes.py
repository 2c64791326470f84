# reason: killed or timeout
# timeout: 6
# tiers: namespaces
# A write that waits for a page of its own process holds the lock of its pipe meanwhile, and whoever reads from the pipe waits for
# that lock. The page is long in coming: a thread of the lowest priority changes the map of the process.
import ctypes
import os
import threading
import time

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
SIZE = 300 << 20
PRIVATE, FIXED, POPULATED, ALL = 0x22, 0x10, 0x8000, 3

try:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
except OSError:
    pass
for _ in range(12):
    if os.fork() == 0:
        while True:
            pass


def change_the_map() -> None:
    place = libc.mmap(None, SIZE, ALL, PRIVATE | POPULATED, -1, 0)
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
    libc.mmap(place, SIZE, ALL, PRIVATE | FIXED, -1, 0)
    libc.munmap(ctypes.c_void_p(place), SIZE)


def change_it_again_and_again() -> None:
    while True:
        changing = threading.Thread(target=change_the_map)
        changing.start()
        changing.join()


def write_what_is_not_there() -> None:
    while True:
        place = libc.mmap(None, 1 << 20, ALL, PRIVATE, -1, 0)
        for page in range(256):
            libc.write(1, b"x", 1)
            libc.write(1, ctypes.c_void_p(place + 4096 * page), 4096)
        libc.munmap(ctypes.c_void_p(place), 1 << 20)


threading.Thread(target=change_it_again_and_again, daemon=True).start()
threading.Thread(target=write_what_is_not_there, daemon=True).start()
time.sleep(100)
