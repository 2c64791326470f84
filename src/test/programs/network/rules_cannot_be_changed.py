# reason: completed
# stdout: refused refused
import socket
import subprocess

results = []
try:
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
    results.append("netlink")
except OSError:
    results.append("refused")
flushed = subprocess.run(["/usr/sbin/nft", "flush", "ruleset"], capture_output=True)
results.append("flushed" if flushed.returncode == 0 else "refused")
print(*results)
