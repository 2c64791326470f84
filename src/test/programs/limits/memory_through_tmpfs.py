# reason: disk
# tiers: namespaces
# details-has: Disk limit of 64 MB
number = 0
while True:
    number += 1
    with open(f"/dev/shm/{number}", "wb") as file:
        file.write(bytes(4 << 20))
