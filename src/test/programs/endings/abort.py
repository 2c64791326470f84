# reason: killed
# signal: SIGABRT
# details-has: Program was ended by signal SIGABRT
import os

os.abort()
