# reason: memory
# details-has: Memory limit of 512 MB exceeded
import mmap

maps = []
while True:
    shared = mmap.mmap(-1, 64 << 20)
    for offset in range(0, len(shared), 1 << 12):
        shared[offset] = 1
    maps.append(shared)
