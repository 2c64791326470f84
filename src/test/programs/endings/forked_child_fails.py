# reason: completed
# tiers: namespaces
# exit: 0
# stdout: child ended with 1
import os

child = os.fork()
if child == 0:
    raise ValueError("in the child")
print("child ended with", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
