# reason: error
# exit: 7
# details-has: Program exited with status 7
import sys

sys.excepthook = lambda kind, e, traceback: sys.exit(7)
raise KeyError(1)
