# reason: completed
# stdout: [] [] [] False False None 0o22 True
import builtins
import json
import os

print(os.listdir("/tmp"), os.listdir("/dev/shm"), os.listdir(os.environ["HOME"]), hasattr(builtins, "residue"),
      hasattr(json, "residue"), os.environ.get("RESIDUE"), oct(os.umask(0)), os.getcwd().endswith("work"))
