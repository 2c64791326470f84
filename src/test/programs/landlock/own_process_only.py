# reason: completed
# stdout: []
# tiers: landlock
import os

opened = []
others = [1, os.getppid(), os.getpid() - 1, os.getpid() + 1]
paths = [f"/proc/{pid}/{name}" for pid in others for name in ("status", "stat", "statm", "maps", "cmdline")]
paths += [f"/proc/self/{name}" for name in ("environ", "mem", "mountinfo", "mounts", "cgroup", "net/tcp", "net/unix", "root/etc/passwd",
                                            "cwd/../../../etc/passwd", "task/1/status", "pagemap", "attr/current")]
paths += [f"/proc/{name}" for name in ("stat", "loadavg", "interrupts", "diskstats", "kallsyms", "sys/kernel/pid_max", "net/tcp")]
paths += ["/etc/passwd", "/etc/group", "/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf"]
for path in paths:
    try:
        os.close(os.open(path, os.O_RDONLY))
        opened.append(path)
    except OSError:
        pass
for name in ("status", "stat", "statm", "maps", "cmdline", "comm", "oom_score_adj", "timerslack_ns"):
    try:
        os.close(os.open("/proc/self/" + name, os.O_WRONLY))
        opened.append("to write " + name)
    except OSError:
        pass
for path in ("/proc", "/proc/self", "/proc/self/fd", "/proc/self/task", f"/proc/{os.getppid()}"):
    try:
        os.listdir(path)
        opened.append(path)
    except OSError:
        pass
assert "VmRSS" in open("/proc/self/status").read()
print(opened)
