# reason: disk
# tiers: landlock
# As much to count and to remove as there can be between two looks.
import os

for number in range(2_000):
    os.mkdir("d")
    os.chdir("d")
    for name in range(20):
        open(f"{name}", "w").close()
