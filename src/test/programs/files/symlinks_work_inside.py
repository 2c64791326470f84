# reason: completed
# stdout: x
# skipped: latest
# files: data.txt
import os

open("data.txt", "w").write("x")
os.symlink("data.txt", "latest")
print(open("latest").read())
