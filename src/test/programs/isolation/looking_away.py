# reason: completed
# stdout: -1 1
# The supervisor looks into processes, perhaps as their equal: none makes itself unreadable.
import ctypes
import errno

libc = ctypes.CDLL(None, use_errno=True)
print(libc.prctl(4, 0, 0, 0, 0), ctypes.get_errno() == errno.EPERM and 1)
