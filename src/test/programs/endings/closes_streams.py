# reason: error
# exit: 5
# stdout: before
import os
import sys

print("before")
os.close(0)
os.close(1)
os.close(2)
sys.exit(5)
