# reason: completed
# stdout: written
# files: a.txt deep/er/b.bin z.csv
import os

os.makedirs("deep/er")
open("z.csv", "w").write("a,b")
open("a.txt", "w").write("text")
open("deep/er/b.bin", "wb").write(bytes(256))
print("written")
