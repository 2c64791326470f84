# reason: completed
# stdout: []
# tiers: landlock
import os
import stat

done = []
attempts = {
    "write /tmp": lambda: open("/tmp/x-from-a-program", "w"),
    "write /dev/shm": lambda: open("/dev/shm/x-from-a-program", "w"),
    "mkdir": lambda: os.mkdir("/tmp/d-from-a-program"),
    "truncate": lambda: os.truncate("/etc/passwd", 0),
    "open to truncate": lambda: os.open("/etc/passwd", os.O_RDONLY | os.O_TRUNC),
    "open to truncate, neither to read nor to write": lambda: os.open("/dev/null", 3 | os.O_TRUNC),
    "open neither to read nor to write": lambda: os.open("/dev/null", 3),
    "link in": lambda: os.link("/usr/bin/env", "env"),
    "rename out": lambda: os.rename("main.py", "/tmp/from-a-program"),
    "unlink": lambda: os.unlink(os.environ["HOME"]),
    "socket file": lambda: os.mknod("/tmp/s-from-a-program", stat.S_IFSOCK | 0o600),
}
for name, attempt in attempts.items():
    try:
        attempt()
        done.append(name)
    except OSError:
        pass
before = os.stat("/tmp").st_mode
for attempt in (lambda: os.chmod("/tmp", 0o700), lambda: os.utime("/tmp", (1, 1)), lambda: os.chown("/tmp", 0, 0)):
    try:
        attempt()
    except PermissionError:
        pass  # else it has been answered as done
after = os.stat("/tmp")
if after.st_mode != before or after.st_mtime == 1:
    done.append("changed")
print(done)
