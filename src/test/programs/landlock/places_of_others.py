# reason: error
# tiers: landlock
# details-has: tempfile.gettempdir() names the folder for temporary files
open("/tmp/x", "w")
