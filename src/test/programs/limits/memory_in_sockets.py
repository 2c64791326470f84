# reason: memory
# tiers: namespaces
# details-has: Memory limit of 512 MB exceeded
# What has been sent and is not taken is in no process.
import os
import socket
import time


def fill() -> None:
    held = []
    try:
        while True:
            pair = socket.socketpair()
            held.append(pair)
            for one in pair:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
                one.setblocking(False)
                try:
                    while True:
                        one.send(bytes(1 << 16))
                except BlockingIOError:
                    pass
    except OSError:
        time.sleep(100)


for _ in range(20):
    if os.fork() == 0:
        fill()
fill()
