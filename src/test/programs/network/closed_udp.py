# reason: completed
# stdout: []
# blocked: 10.99.0.10:7 169.254.169.254:7 192.0.2.2:7 203.0.113.1:7
import socket

answered = []
for host in ("10.99.0.10", "169.254.169.254", "203.0.113.1", "192.0.2.2"):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.5)
        try:
            client.sendto(b"ping", (host, 7))
            answered.append((host, client.recv(100)))
        except OSError:
            pass
print(answered)
