# reason: completed
# stdout-has: reason
import os
import struct

fields = b"".join(
    bytes((len(name),)) + name + struct.pack(">I", len(value)) + value
    for name, value in ((b"reason", b"killed"), (b"code", b"9"))
)
for descriptor in (1, 2):
    os.write(descriptor, b"X" + struct.pack(">I", len(fields)) + fields)
    os.write(descriptor, b"F\xff\xff\xff\xff" + os.urandom(1000))
print("reason")
