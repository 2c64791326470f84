# reason: killed
# signal: SIGSEGV
# details-has: Program was ended by signal SIGSEGV
import ctypes

ctypes.string_at(0)
