# reason: completed
# stdout: small small
# However large the host lets buffers be, a program's are the usual ones.
import socket

pair = socket.socketpair()
for one in pair:
    for option in (socket.SO_SNDBUF, socket.SO_RCVBUF, 32, 33):
        one.setsockopt(socket.SOL_SOCKET, option, 64 << 20)
size = max(one.getsockopt(socket.SOL_SOCKET, option) for one in pair for option in (socket.SO_SNDBUF, socket.SO_RCVBUF))
print("small" if size <= 1 << 20 else size, end=" ")
pair[0].setblocking(False)
sent = 0
try:
    while True:
        sent += pair[0].send(bytes(1 << 16))
except BlockingIOError:
    print("small" if sent <= 1 << 20 else sent)
