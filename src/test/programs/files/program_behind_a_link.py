# reason: completed
# stdout: mine True
# files: own.py
# skipped: 
# A link in the place of the program is not followed, and is no file that was left out either.
import os

os.unlink(__file__)
with open("own.py", "w") as file:
    file.write("mine")
os.symlink("own.py", __file__)
print(open("main.py").read(), os.path.islink(__file__))
