# reason: disk
# details-has: Disk limit of 64 MB or 8192 files
# tiers: landlock
number = 0
while True:
    number += 1
    open(f"{number % 1000000}", "w").close()
