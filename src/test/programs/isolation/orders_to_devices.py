# reason: completed
# stdout: refused refused refused refused refused refused refused works
import fcntl
import os
import socket
import struct
import termios

reader, writer = os.pipe()
one, other = socket.socketpair()
here = os.open(".", os.O_RDONLY)
answers = []
for descriptor, order in (
    (0, 0x5412),  # TIOCSTI
    (0, 0x541C),  # TIOCLINUX
    (here, 0xC020660B),  # FS_IOC_FIEMAP
    (reader, 0x5452),  # FIOASYNC: signals for what happens to it
    (one.fileno(), 0x8903),  # FIOGETOWN
    (one.fileno(), 0x8906),  # SIOCGSTAMP: changes code of the kernel's
    (here, 0x40086602),  # FS_IOC_SETFLAGS
):
    try:
        fcntl.ioctl(descriptor, order, bytes(64))
        answers.append("done")
    except OSError:
        answers.append("refused")
os.write(writer, b"four")
(waiting,) = struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, bytes(4)))
assert waiting == 4
fcntl.ioctl(reader, 0x5421, struct.pack("i", 1))  # FIONBIO
fcntl.ioctl(reader, 0x5451)  # FIOCLEX
assert not os.isatty(0)
print(*answers, "works")
