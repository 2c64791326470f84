# reason: completed
# tiers: namespaces
# stdout: []
import os

paths = ["/etc/shadow", "/root", "/home/claude", "/lost+found", "/proc/1", "/proc/1/environ", "/proc/sys", "/proc/kcore", "/proc/kmsg", "/sys", "/var/log", "/var/lib", "/run", "/opt", "/srv",
         "/dev/kmsg", "/dev/mem", "/dev/sda", "/dev/vda", "/dev/tty", "/dev/net/tun", "/etc/hostname", "/boot", "/work"]
print([path for path in paths if os.path.exists(path)])
