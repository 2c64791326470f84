# reason: completed
# stdout: refused refused works
# Pages of the host's pool are in nobody's count, and others may need them.
import mmap

MAP_HUGETLB = 0x40000
for kind in (mmap.MAP_PRIVATE, mmap.MAP_SHARED):
    try:
        mmap.mmap(-1, 2 << 20, flags=kind | mmap.MAP_ANONYMOUS | MAP_HUGETLB)
        print("mapped", end=" ")
    except PermissionError:
        print("refused", end=" ")
mmap.mmap(-1, 2 << 20)[0] = 1
print("works")
