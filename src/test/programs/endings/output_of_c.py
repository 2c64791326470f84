# reason: completed
# stdout: not flushed
import ctypes

ctypes.CDLL(None).printf(b"not flushed\n")
