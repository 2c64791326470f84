# reason: completed
# tiers: namespaces
# stdout: hi from the shell 6
import subprocess
import sys

print(
    subprocess.run("echo hi from the shell", shell=True, capture_output=True, text=True).stdout.strip(),
    subprocess.check_output([sys.executable, "-c", "print(1+2+3)"], text=True).strip(),
)
