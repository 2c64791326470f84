# reason: completed
# stdout: 42
# files: helper.py
open("helper.py", "w").write("ANSWER = 42")
import helper

print(helper.ANSWER)
