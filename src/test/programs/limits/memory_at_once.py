# reason: memory
# exit: 1
# details-has: Memory limit of 512 MB exceeded
x = bytearray(3 << 30)
