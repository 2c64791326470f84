# reason: memory
# exit: 1
# details-has: Memory limit of 512 MB exceeded
import mmap

x = mmap.mmap(-1, 3 << 30)
