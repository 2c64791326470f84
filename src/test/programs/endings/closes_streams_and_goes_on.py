# reason: completed
# stdout: before
# files: after.txt
import os
import time

print("before")
for descriptor in (0, 1, 2):
    os.close(descriptor)
time.sleep(0.2)
with open("after.txt", "w") as file:
    file.write("still here")
