# reason: completed
# stdout: ['renamed.py'] False
# files: renamed.py
# By another name it is a file of the program's, as any that it makes.
import os

os.rename(__file__, "renamed.py")
print(os.listdir(), os.path.exists(__file__))
