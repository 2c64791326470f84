# reason: output
# details-has: Output limit of 64 MiB per stream exceeded
import os

while True:
    os.write(1, bytes(1 << 16))
