# reason: completed
# tiers: namespaces
# stdout: self and 2 [] [] ['/'] [0, 1, 2]
import os

listed = sorted(name for name in os.listdir("/proc/.processes") if name.isdigit())
seen = sorted(name for name in os.listdir("/proc") if name.isdigit())
assert listed == seen == [str(os.getpid())], (listed, seen)

opened = []
for path in ("/proc/1", "/proc/1/status", "/proc/.processes/1/maps", "/proc/self/root/etc/shadow", "/proc/sys",
             "/proc/self/smaps", "/proc/self/smaps_rollup", "/proc/self/numa_maps", "/proc/self/net/sockstat", "/proc/net/softnet_stat",
             "/proc/self/net/protocols", "/proc/self/task/2/smaps", "/proc/kcore", "/proc/kmsg", "/proc/kallsyms", "/proc/keys", "/proc/sysrq-trigger", "/proc/interrupts", "/proc/diskstats"):
    try:
        os.close(os.open(path, os.O_RDONLY))
        opened.append(path)
    except OSError:
        pass
written = []
for name in ("mem", "oom_score_adj", "autogroup", "comm", "clear_refs", "coredump_filter", "timerslack_ns", "uid_map", "setgroups",
             "attr/current", "sched", "task/2/comm", "ns/user", "limits"):
    try:
        os.close(os.open("/proc/self/" + name, os.O_WRONLY))
        written.append(name)
    except OSError:
        pass
groups = {line.rstrip("\n").split(":", 2)[2] for line in open("/proc/self/cgroup")}
ours = []
for name in os.listdir("/proc/self/fd"):
    try:
        if os.readlink(f"/proc/self/fd/{name}").startswith("pipe:"):
            ours.append(int(name))
    except OSError:
        pass  # the one of the list itself
# A child is seen under its own number, and sees itself.
child = os.fork()
if child == 0:
    os._exit(os.readlink("/proc/self") == str(os.getpid()) or os.stat("/proc/self/status").st_size)
assert os.waitpid(child, 0)[1] == 0
processors = open("/proc/stat").read().split()
assert "0" in processors and not any(int(word) for word in processors[1:11])
print("self and", *listed, opened, written, sorted(groups), sorted(ours))
