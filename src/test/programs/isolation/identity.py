# reason: completed
# tiers: namespaces
# stdout: 1000 1000 [1000] True 0
import ctypes
import os

status = []
for change in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0])):
    try:
        change()
        status.append(False)
    except OSError:
        status.append(True)
PR_CAPBSET_READ = 23
kept = sum(ctypes.CDLL(None).prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1 for capability in range(41))
print(os.getuid(), os.getgid(), sorted(set(os.getgroups()) | {1000}), all(status), kept)
