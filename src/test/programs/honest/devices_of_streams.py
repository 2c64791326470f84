# reason: completed
# stdout: first
# stderr-has: to the other stream
import os
import sys

with open("/dev/stdin") as stream:
    assert stream.read() == ""
with open("/dev/stderr", "w") as stream:
    stream.write("to the other stream\n")
with open("/dev/fd/1", "w") as stream:
    stream.write("first\n")
with open("/dev/stdout", "a") as stream:
    assert not stream.isatty() and os.fstat(stream.fileno()).st_ino == os.fstat(sys.stdout.fileno()).st_ino
