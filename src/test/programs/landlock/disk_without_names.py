# reason: disk
# details-has: Disk limit of 64 MB
# tiers: landlock
# Files that are removed while they are open, or never had a name.
import os
import time

for number in range(12):
    if number % 2:
        file = os.open("f", os.O_CREAT | os.O_WRONLY)
        os.unlink("f")
    else:
        file = os.open(".", os.O_TMPFILE | os.O_WRONLY)
    os.write(file, bytes(30 << 20))
time.sleep(100)
