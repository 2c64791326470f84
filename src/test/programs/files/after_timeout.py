# reason: timeout
# timeout: 1
# files: partial.txt
import time

open("partial.txt", "w").write("so far")
time.sleep(30)
