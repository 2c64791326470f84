# reason: completed
# stdout: []
import socket

reached = []
for port in (22, 80, 443, 8080):
    try:
        socket.create_connection(("192.0.2.3", port), 1)
        reached.append(port)
    except OSError:
        pass
print(reached)
