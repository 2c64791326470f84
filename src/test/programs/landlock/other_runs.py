# reason: completed
# stdout: []
# tiers: landlock
import os

top = os.path.dirname(os.environ["HOME"])
mine = os.path.basename(os.environ["HOME"])
reached = []
for number in range(2000):
    if str(number) == mine:
        continue
    for name in ("work/main.py", "work/x", ".tmp/x"):
        for flags in (os.O_RDONLY, os.O_WRONLY | os.O_CREAT):
            try:
                os.close(os.open(f"{top}/{number}/{name}", flags))
                reached.append(number)
            except OSError:
                pass
print(reached)
