# reason: completed
# stdout: True True
import os

open("/tmp/mine", "w").write("x")
print(os.path.exists("/tmp/mine"), os.path.exists("/usr/bin/env"))
