# reason: completed
# stdout: refused refused refused refused refused refused
import os
import sysconfig

site = sysconfig.get_paths()["purelib"]
results = []
for path in ("/x", "/etc/passwd", "/usr/x", "/bin/x", site + "/x.pth", "/dev/x"):
    try:
        open(path, "a").write("x")
        results.append("written")
    except OSError:
        results.append("refused")
print(*results)
