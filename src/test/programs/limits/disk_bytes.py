# reason: disk
# tiers: namespaces
# details-has: Disk limit of 64 MB
with open("big", "wb") as file:
    while True:
        file.write(bytes(1 << 20))
        file.flush()
