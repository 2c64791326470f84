# reason: completed
# stdout: 0 -1
import ctypes

ADDR_NO_RANDOMIZE = 0x0040000
libc = ctypes.CDLL(None, use_errno=True)
print(libc.personality(0xFFFFFFFF), libc.personality(ADDR_NO_RANDOMIZE))
