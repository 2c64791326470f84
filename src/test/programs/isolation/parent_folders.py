# reason: completed
# tiers: namespaces
# stdout: True
import os

top = os.open("/", os.O_PATH | os.O_DIRECTORY)
above = os.open("../../../../../..", os.O_PATH | os.O_DIRECTORY, dir_fd=top)
print(os.path.sameopenfile(top, above))
