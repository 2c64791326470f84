# reason: error
# stderr-has: Too many open files
files = []
while True:
    files.append(open("/dev/null"))
