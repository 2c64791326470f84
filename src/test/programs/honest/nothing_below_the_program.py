# reason: completed
# stdout: 1 1 998 call stack is not deep enough main.py 1 (None, None, None)
# stderr-has: sys:1: UserWarning: from outside
# What walks frames finds main.py as the outermost one, at the depth that it has in an interpreter of its own.
import faulthandler
import inspect
import sys
import tempfile
import traceback
import warnings


def depth(n):
    return n and 1 + depth(n - 1)


def deepest():
    reached = 900
    while True:
        try:
            depth(reached)
        except RecursionError:
            return reached
        reached += 1


try:
    sys._getframe(1)
except ValueError as e:
    refusal = e
with tempfile.TemporaryFile() as file:
    faulthandler.dump_traceback(file)
    file.seek(0)
    seen = file.read().decode().count("File")
warnings.warn("from outside", stacklevel=2)
outermost = inspect.stack()[-1].filename.rpartition("/")[2]
print(len(traceback.format_stack()), len(inspect.stack()), deepest(), refusal, outermost, seen, sys.exc_info())
