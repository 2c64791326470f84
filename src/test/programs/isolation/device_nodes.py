# reason: completed
# tiers: namespaces
# stdout: refused refused
import os
import stat

results = []
for kind in (stat.S_IFCHR, stat.S_IFBLK):
    try:
        os.mknod("node", kind | 0o666, os.makedev(1, 1))
        results.append("made")
    except OSError:
        results.append("refused")
print(*results)
