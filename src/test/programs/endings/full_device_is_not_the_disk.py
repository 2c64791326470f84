# reason: error
# stderr-has: No space left on device
with open("/dev/full", "w") as file:
    file.write("x" * 100000)
