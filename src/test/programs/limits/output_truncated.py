# reason: completed
# exit: 0
for _ in range(3 << 10):
    print("x" * 1023)
