# reason: completed
# files: small.txt
# skipped: large.bin
open("large.bin", "wb").truncate(21 << 20)
open("small.txt", "w").write("x")
