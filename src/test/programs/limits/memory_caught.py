# reason: completed
# stdout: caught
try:
    bytearray(2 << 30)
except MemoryError:
    print("caught")
