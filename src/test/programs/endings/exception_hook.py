# reason: error
# exit: 1
# stderr-has: mine: KeyError
import sys

sys.excepthook = lambda kind, e, traceback: print("mine:", kind.__name__, file=sys.stderr)
raise KeyError(1)
