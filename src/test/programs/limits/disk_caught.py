# reason: completed
# tiers: namespaces
# stdout: caught
try:
    open("/tmp/big", "wb").write(bytes(100 << 20))
except OSError:
    print("caught")
