# reason: error
# exit: 7
# details-has: Program exited with status 7
import os

os._exit(7)
