# reason: completed
# tiers: namespaces
# stdout: 0
import socket

reached = 0
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    for host in ("1.1.1.1", "8.8.8.8", "169.254.169.254", "10.0.0.1", "192.168.0.1"):
        with socket.socket(socket.AF_INET, kind) as client:
            client.settimeout(0.5)
            try:
                client.connect((host, 80))
                reached += 1
            except OSError:
                pass
    with socket.socket(socket.AF_INET6, kind) as client:
        client.settimeout(0.5)
        try:
            client.connect(("2606:4700:4700::1111", 80))
            reached += 1
        except OSError:
            pass
try:
    socket.getaddrinfo("example.com", 80)
    reached += 1
except OSError:
    pass
print(reached)
