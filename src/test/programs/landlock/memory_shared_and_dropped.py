# reason: memory
# tiers: landlock
# details-has: Memory limit of 512 MB exceeded
# The address space has room for twice the limit, and nothing of this is resident.
import mmap
import time

held = []
for _ in range(28):
    held.append(mmap.mmap(-1, 32 << 20))
    held[-1][:: mmap.PAGESIZE] = b"x" * ((32 << 20) // mmap.PAGESIZE)
    held[-1].madvise(mmap.MADV_DONTNEED)
time.sleep(100)
