# reason: completed
# stdout: left
import builtins
import json
import os

open("/tmp/residue", "w").write("x")
open("/dev/shm/residue", "w").write("x")
builtins.residue = True
json.residue = True
os.environ["RESIDUE"] = "x"
os.umask(0)
os.chdir("/")
print("left")
