# reason: completed
# tiers: namespaces
# stdout: 8 40
import subprocess
import sys

busy = [
    subprocess.Popen([sys.executable, "-c", "sum(range(10**6))"], start_new_session=True) for _ in range(8)
]
ended = sum(each.wait() == 0 for each in busy)
waiting = [subprocess.Popen(["sleep", "0.5"], start_new_session=True) for _ in range(40)]
print(ended, sum(each.wait() == 0 for each in waiting))
