# reason: error
# exit: 1
# stdout: KeyError(1)
import atexit
import sys

atexit.register(lambda: print(repr(sys.last_value)))
raise KeyError(1)
