# reason: completed
# stdout: ['EINVAL', 'EINVAL', 'EINVAL', 'EINVAL'] works True
import ctypes
import errno
import mmap
import os

libc = ctypes.CDLL(None, use_errno=True)
libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
own = mmap.mmap(-1, 1 << 16, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
address = ctypes.addressof(ctypes.c_char.from_buffer(own))


def advise(advice):
    ctypes.set_errno(0)
    return "done" if libc.madvise(address, 1 << 16, advice) == 0 else errno.errorcode[ctypes.get_errno()]


answers = [advise(each) for each in (12, 21, 100, 101)]  # MERGEABLE PAGEOUT HWPOISON SOFT_OFFLINE
honest = {advise(each) for each in (0, 1, 2, 3, 4, 8, 16, 17)}
reading, _ = os.pipe()
os.posix_fadvise(reading, 0, 0, os.POSIX_FADV_DONTNEED)  # that of a pipe is refused where it is not only answered as taken
print(answers, "works" if honest == {"done"} else honest, True)
