# reason: disk
# details-has: Disk limit of 64 MB
# tiers: landlock
import ctypes

ctypes.CDLL(None).prctl(15, b"\n)\n(\n", 0, 0, 0)
number = 0
while True:
    number += 1
    with open(f"{number}", "wb") as file:
        file.write(bytes(8 << 20))
