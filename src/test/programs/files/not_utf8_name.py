# reason: completed
# files: bad-%FF.txt
open(b"bad-\xff.txt", "w").write("x")
