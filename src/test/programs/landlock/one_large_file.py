# reason: disk
# details-has: Disk limit of 64 MB
# tiers: landlock
with open("big", "wb") as file:
    while True:
        file.write(bytes(1 << 20))
