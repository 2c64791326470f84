# reason: completed
# stdout: []
# blocked: 10.99.0.10:80 169.254.169.254:80
import socket

reached = []
for name in ("private.test", "metadata.test", "localhost"):
    try:
        socket.create_connection((name, 80), 3)
        reached.append(name)
    except OSError:
        pass
print(reached)
