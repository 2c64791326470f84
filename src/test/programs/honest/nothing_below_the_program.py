# reason: completed
# stdout: ['<module>'] 1 998 call stack is not deep enough main.py 2 (None, None, None)
# stderr: sys:1: UserWarning: from outside
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


names = [frame.f_code.co_name for frame, _ in traceback.walk_stack(None)]
try:
    sys._getframe(1)
except ValueError as e:
    refusal = e
with tempfile.TemporaryFile() as file:
    faulthandler.dump_traceback(file)
    file.seek(0)
    seen = file.read().decode().count("File")
warnings.warn("from outside", stacklevel=2)
print([name for name in names if name != "walk_stack"], len(inspect.stack()), deepest(), refusal, inspect.stack()[-1].filename, seen + 1, sys.exc_info())
