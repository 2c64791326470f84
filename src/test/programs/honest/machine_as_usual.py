# reason: completed
# stdout: user user 80 tcp linux True True True
import getpass
import os
import platform
import pwd
import shutil
import socket
import uuid

user = pwd.getpwuid(os.getuid())
assert user.pw_dir == os.environ["HOME"] == os.path.expanduser("~") and pwd.getpwnam(user.pw_name) == user
assert platform.freedesktop_os_release()["ID"] and len(os.getloadavg()) == 3 and platform.processor() is not None
assert os.cpu_count() == len(os.sched_getaffinity(0))
with open("/proc/cpuinfo") as file:
    assert sum(line.startswith("processor") for line in file) >= os.cpu_count()
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
memory = dict(line.split(":", 1) for line in open("/proc/meminfo"))
resident = int(status["VmRSS"].split()[0])
kept = bytearray(50 << 20)
kept[::4096] = b"x" * (len(kept) // 4096)
grown = int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024 - resident
assert 40 << 10 < grown < 80 << 10, grown
if os.environ["TMPDIR"] == "/tmp":
    with open("/var/tmp/x", "w"):
        assert os.path.samefile("/tmp/x", "/var/tmp/x")
    os.unlink("/var/tmp/x")
protocol = {socket.getprotobyname("tcp"): "tcp"}[6]
print(user.pw_name, getpass.getuser(), socket.getservbyname("http"), protocol, platform.system().lower(),
      int(memory["MemTotal"].split()[0]) > 0, uuid.getnode() > 0, shutil.disk_usage(".").free > 0)
