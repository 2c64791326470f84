# reason: completed
# stdout: []
# tiers: landlock
# Where the run has a user id of its own they are done and refused elsewhere; where it has the server's, answered as done and not done.
import os
import shutil

with open("own", "w") as file:
    file.write("x")
with open(os.environ["TMPDIR"] + "/other", "w") as file:
    file.write("x")
os.chmod("own", 0o640)
os.utime("own", (1000, 2000))
status = os.stat("own")
done = status.st_mode & 0o777 == 0o640, status.st_mtime == 2000
assert done in ((True, True), (False, False)), done
shutil.copy2("own", "copy")
os.mkdir("folder")
os.chmod("folder", 0o500)
changed = []
for path in ("/tmp", "/usr/bin/env", "/usr", os.path.dirname(os.environ["HOME"]), "/dev/null", "/proc/self/status", os.sep):
    before = os.stat(path)
    os.chown(path, -1, -1)  # without an id the kernel does not ask who owns it: answered as done
    os.lchown(path, os.getuid(), os.getgid())
    for attempt in (lambda: os.chmod(path, 0o777), lambda: os.utime(path, (1, 1)), lambda: os.utime(path, ns=(1, 1)),
                    lambda: os.fchmod(os.open(path, os.O_RDONLY), 0o777)):
        try:
            attempt()
            if done[0]:
                changed.append(path)
        except OSError:
            pass
    after = os.stat(path)
    if (before.st_mode, before.st_uid, before.st_mtime) != (after.st_mode, after.st_uid, after.st_mtime):
        changed.append(path)
    if path.startswith("/usr") and before.st_ctime_ns != after.st_ctime_ns:  # as of a file whose capabilities are taken from it
        changed.append(path)
print(changed)
