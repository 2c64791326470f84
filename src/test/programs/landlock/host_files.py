# reason: completed
# stdout: []
# tiers: landlock
import os

opened = []
for path in ("/etc/shadow", "/etc/passwd", "/etc/hostname", "/root/.profile", "/proc/self/environ", "/proc/1/cmdline",
             "/proc/self/mem", "/sys/kernel/notes", "/dev/kmsg", "/dev/vda", "/dev/net/tun", "/.dockerenv"):
    try:
        os.close(os.open(path, os.O_RDONLY))
        opened.append(path)
    except OSError:
        pass
for path in ("/", "/root", "/home", "/proc", "/sys", "/tmp", "/var", os.path.dirname(os.environ["HOME"]), "../.."):
    try:
        os.listdir(path)
        opened.append(path)
    except OSError:
        pass
print(opened)
