# reason: error
# exit: 3
# details-has: Program exited with status 3
import sys

sys.exit(3)
