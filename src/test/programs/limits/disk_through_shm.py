# reason: disk
# tiers: namespaces
# details-has: Disk limit of 64 MB
for i in range(10):
    open(f"/dev/shm/{i}", "wb").write(bytes(20 << 20))
