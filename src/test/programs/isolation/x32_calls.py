# reason: completed
# stdout: ENOSYS
import ctypes
import errno

X32_BIT = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
print("done" if libc.syscall(X32_BIT | 39) > 0 else errno.errorcode[ctypes.get_errno()])
