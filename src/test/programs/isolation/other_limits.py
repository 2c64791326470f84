# reason: completed
# stdout: refused
import os
import resource

try:
    resource.prlimit(os.getppid() or 1, resource.RLIMIT_NOFILE, (1, 1))
    print("changed another process")
except OSError:
    print("refused")
