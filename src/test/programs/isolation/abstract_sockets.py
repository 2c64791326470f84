# reason: completed
# tiers: namespaces
# stdout: none reached
import socket

reached = []
for name in (b"\0/tmp/.X11-unix/X0", b"\0/org/freedesktop/systemd1/notify", b"/run/docker.sock", b"/run/systemd/notify", b"/dev/log"):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_UNIX, kind) as client:
            try:
                client.connect(name)
                reached.append(name)
            except OSError:
                pass
print(reached or "none reached")
