# reason: error
# details-has: Limit of 1024 open files reached
files = []
while True:
    files.append(open("/dev/null"))
