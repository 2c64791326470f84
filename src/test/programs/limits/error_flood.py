# reason: output
import sys

while True:
    sys.stderr.write("no newline" * 1000)
