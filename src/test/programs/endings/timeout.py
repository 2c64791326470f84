# reason: timeout
# timeout: 1
# stdout: before
# details-has: Execution timed out after 1 second
import time

print("before")
time.sleep(30)
