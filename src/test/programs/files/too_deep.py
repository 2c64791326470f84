# reason: completed
# files: shallow.txt
import os

open("shallow.txt", "w").write("x")
for _ in range(60):
    os.mkdir("d")
    os.chdir("d")
open("buried.txt", "w").write("x")
