# reason: completed
# stdout: []
# blocked: 10.99.0.10:80 169.254.169.254:80 192.0.2.2:80 203.0.113.1:8080
import socket

reached = []
for host, port in (("10.99.0.10", 80), ("169.254.169.254", 80), ("203.0.113.1", 8080), ("192.0.2.2", 80)):
    try:
        socket.create_connection((host, port), 3)
        reached.append(host)
    except OSError:
        pass
print(reached)
