# reason: disk
# details-has: Disk limit
# tiers: landlock
import os
import time

for _ in range(3000):
    os.mkdir("d")
    os.chdir("d")
time.sleep(10)
