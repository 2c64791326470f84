# reason: completed
# files: main.py
open("main.py", "a").write("# more")
