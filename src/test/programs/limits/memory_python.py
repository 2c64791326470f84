# reason: memory
# exit: 1
# details-has: Memory limit of 512 MB exceeded
x = []
while True:
    x.append(bytearray(1 << 20))
