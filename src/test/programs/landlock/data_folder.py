# reason: error
# tiers: landlock
# details-has: the current folder is what it stands for
open("/mnt/data/x", "w")
