# reason: error
# files: partial.txt
open("partial.txt", "w").write("so far")
1 / 0
