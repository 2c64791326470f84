# reason: completed
# stdout: 7 True
# files: other.py
# The program itself is no file that it generated, whatever it does to it; who reads it reads what is there.
import os, shutil
open(__file__, "a").write("# more\n"); shutil.copy(__file__, "other.py"); print(len(open("main.py").readlines()), os.path.exists(__file__))
