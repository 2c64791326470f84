# reason: completed
# stdout: left
import builtins
import json
import os

open(os.environ["TMPDIR"] + "/residue", "w").write("x")
builtins.residue = True
json.residue = True
os.environ["RESIDUE"] = "x"
os.umask(0)
print("left")
