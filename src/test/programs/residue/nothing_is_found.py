# reason: completed
# stdout: [] ['work'] False False None 0o22 True
import builtins
import json
import os

print([n for n in os.listdir(os.environ["TMPDIR"]) if not n.startswith(".")],
      [n for n in os.listdir(os.environ["HOME"]) if not n.startswith(".")], hasattr(builtins, "residue"), hasattr(json, "residue"), os.environ.get("RESIDUE"), oct(os.umask(0)), os.getcwd().endswith("work"))
