# reason: completed
# stdout: __main__ main.py True ['main.py'] main.py
import os
import sys

import __main__

print(__name__, os.path.basename(__file__), os.path.isfile(__file__), sys.argv, *os.listdir())
assert sys.modules["__main__"] is __main__ and __main__.os is os
