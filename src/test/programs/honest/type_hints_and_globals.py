# reason: completed
# stdout: {'x': <class 'int'>} True True
import sys

x: int = 1
print(__annotations__, globals() is sys.modules["__main__"].__dict__, __builtins__ is sys.modules["builtins"])
