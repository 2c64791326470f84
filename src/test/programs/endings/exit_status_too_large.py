# reason: error
# exit: 255
import sys

sys.exit(1 << 70)
