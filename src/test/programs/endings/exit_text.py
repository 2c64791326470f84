# reason: error
# exit: 1
# stderr-has: so it ends
# details-has: so it ends
import sys

sys.exit("so it ends")
