# reason: error
# details-has:     raise ValueError("x")
import os

os.chdir("/")
raise ValueError("x")
