# reason: completed
# stdout: []
import socket

reached = []
for host in ("0.0.0.0", "127.0.0.1", "127.1.2.3", "10.0.0.1", "100.64.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1",
             "192.0.2.1", "192.0.2.2", "198.18.0.1", "169.254.1.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"):
    try:
        socket.create_connection((host, 80), 3)
        reached.append(host)
    except OSError:
        pass
print(reached)
