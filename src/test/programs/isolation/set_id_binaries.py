# reason: completed
# tiers: namespaces
# stdout: 1000
import os
import shutil
import subprocess

shutil.copy(shutil.which("id"), "/tmp/id")
os.chmod("/tmp/id", 0o6755)
print(subprocess.check_output(["/tmp/id", "-u"], text=True).strip())
