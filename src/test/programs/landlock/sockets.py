# reason: completed
# stdout: [] pair works
# tiers: landlock
import socket

made = []
for family in ("AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_ALG"):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(getattr(socket, family), kind)
            made.append((family, kind))
        except OSError:
            pass
try:
    socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.append("a pair that can be pointed elsewhere")
except OSError:
    pass
left, right = socket.socketpair()
for address in ("/dev/log", "/run/dbus/system_bus_socket", "\0abstract"):
    try:
        left.connect(address)
        made.append(address)
    except OSError:
        pass
left.send(b"works")
print(made, "pair", right.recv(10).decode())
