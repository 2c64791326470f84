# reason: memory
# tiers: namespaces
# details-has: Memory limit of 512 MB exceeded
# Pages of shared memory stay when nobody has them in its tables any more.
import mmap
import os
import time


def hold() -> None:
    held = []
    for _ in range(7):
        held.append(mmap.mmap(-1, 64 << 20))
        held[-1][:: mmap.PAGESIZE] = b"x" * ((64 << 20) // mmap.PAGESIZE)
        held[-1].madvise(mmap.MADV_DONTNEED)
    time.sleep(100)


for _ in range(2):
    if os.fork() == 0:
        hold()
hold()
