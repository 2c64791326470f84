# reason: completed
# tiers: namespaces
# stdout: 0
# Times of a device file of the host's, which all runs see, would carry messages.
import os

changed = 0
for name in ("null", "zero", "full", "random", "urandom"):
    before = os.stat("/dev/" + name)
    for attempt in (lambda: os.utime("/dev/" + name), lambda: os.utime("/dev/" + name, (1, 1)), lambda: os.chown("/dev/" + name, -1, -1)):
        try:
            attempt()
        except OSError:
            pass
    after = os.stat("/dev/" + name)
    changed += (before.st_mtime_ns, before.st_ctime_ns) != (after.st_mtime_ns, after.st_ctime_ns)
with open("/dev/null", "w") as device:
    device.write("x")
print(changed)
