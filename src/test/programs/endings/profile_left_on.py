# reason: completed
# stdout: x
import sys

calls = 0


def count(frame, event, argument):
    global calls
    calls += 1


sys.setprofile(count)
print("x")
