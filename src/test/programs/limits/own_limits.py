# reason: error
# details-has: MemoryError
# A limit that the program has set itself is not the server's.
import resource

resource.setrlimit(resource.RLIMIT_AS, (1 << 20, 1 << 20))
bytearray(1 << 24)
