# reason: completed
# stdout: 120120120
# Shared by several and counted once, or by one.
import mmap
import threading
import time

shared = mmap.mmap(-1, 120 << 20)
shared[:: mmap.PAGESIZE] = b"x" * (len(shared) // mmap.PAGESIZE)


def count() -> None:
    found = shared[:: mmap.PAGESIZE].count(b"x") * mmap.PAGESIZE
    time.sleep(0.3)
    print(found >> 20, end="", flush=True)


def within_a_process() -> None:
    import os

    try:
        child = os.fork()
    except PermissionError:  # the landlock tier
        count()
        return
    if child == 0:
        count()
        os._exit(0)
    os.waitpid(child, 0)


for _ in range(2):
    within_a_process()
count()
print()
