# reason: error
# tiers: landlock
# details-has: have threads only
import subprocess

subprocess.run(["true"])
