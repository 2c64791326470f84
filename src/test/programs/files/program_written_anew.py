# reason: completed
# stdout: mine
# files: other.py
# A program may delete its file and write another: it is read as it is, and does not come by the name of the program.
import os
import shutil

os.unlink(__file__)
with open("main.py", "w") as file:
    file.write("mine")
shutil.copy("main.py", "other.py")
print(open(__file__).read())
