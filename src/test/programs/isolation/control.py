# reason: completed
# stdout: True True
import os

open(os.environ["TMPDIR"] + "/mine", "w").write("x")
print(os.path.exists(os.environ["TMPDIR"] + "/mine"), os.path.exists("/usr/bin/env"))
