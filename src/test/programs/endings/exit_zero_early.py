# reason: completed
# exit: 0
# stdout: before
import sys

print("before")
sys.exit()
