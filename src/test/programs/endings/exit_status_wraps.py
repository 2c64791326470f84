# reason: error
# exit: 44
# details-has: Program exited with status 44
import sys

sys.exit(300)
