# reason: disk
# tiers: namespaces
# details-has: No space left on device
import os

os.mkdir("/tmp/many")
number = 0
while True:
    number += 1
    open(f"/tmp/many/{number}", "w").close()
