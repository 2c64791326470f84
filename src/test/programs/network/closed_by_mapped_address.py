# reason: completed
# stdout: []
# blocked: 10.99.0.10:80 203.0.113.1:8080
import socket

reached = []
for host, port in (("::ffff:10.99.0.10", 80), ("::ffff:203.0.113.1", 8080), ("::ffff:127.0.0.1", 80), ("::1", 80), ("64:ff9b::a63:a", 80)):
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as client:
        client.settimeout(3)
        try:
            client.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            client.connect((host, port))
            reached.append(host)
        except OSError:
            pass
print(reached)
