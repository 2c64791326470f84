# reason: error
# stderr-has: there is nothing behind it
import errno

try:
    raise OSError(errno.ENOSPC, "there is nothing behind it")
except OSError as e:
    raise RuntimeError("can't start new thread") from e
