# reason: completed
# files: bad-�.txt
open(b"bad-\xff.txt", "w").write("x")
