# reason: completed
# stdout: x
# Whatever the program leaves in the way of what comes behind it, it has ended well.
import gc
import sys


def audit(event, arguments):
    if not open_to_all:
        raise ValueError(event)


open_to_all = True
print("x")
gc.callbacks.append(lambda phase, info: 1 / 0)
sys.unraisablehook = lambda told: None
sys.setrecursionlimit(20)
sys.addaudithook(audit)
open_to_all = False
