# reason: completed
# tiers: landlock
# stdout: EPERM works
# A file without a name that is on its way in a socket is in nobody's table: 256 of them would be 16 GB.
import errno
import os
import socket

one, other = socket.socketpair()
file = os.open("file", os.O_CREAT | os.O_RDWR)
os.unlink("file")
try:
    socket.send_fds(one, [b"."], [file])
    print("sent")
except OSError as e:
    print(errno.errorcode[e.errno], end=" ")
one.sendall(b"works")
print(other.recv(10).decode())
