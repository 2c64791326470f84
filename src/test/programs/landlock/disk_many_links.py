# reason: disk
# details-has: Disk limit of 64 MB or 8192 files
# tiers: landlock
import os
import time

open("file", "w").close()
number = 0
try:
    while True:
        number += 1
        os.link("file", f"{number}")
except OSError:  # a file system has its own limit of links
    time.sleep(100)
