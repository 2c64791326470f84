# reason: completed
# files: kept.txt
import os

for folder in ("__pycache__", ".cache/x", ".config", ".pytest_cache/v", "sub/__pycache__"):
    os.makedirs(folder)
    open(folder + "/f", "w").write("x")
open("kept.txt", "w").write("x")
