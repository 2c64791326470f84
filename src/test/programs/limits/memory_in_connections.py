# reason: memory
# tiers: namespaces
# details-has: Memory limit of 512 MB exceeded
# stdout-has: small
import os
import socket
import time


def fill() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    held = []
    try:
        while True:
            near = socket.create_connection(listener.getsockname())
            held += [near, listener.accept()]
            near.setblocking(False)
            sent = 0
            try:
                while True:
                    sent += near.send(bytes(1 << 16))
            except BlockingIOError:
                pass
            if len(held) == 2:
                print("small" if sent < 1 << 20 else f"{sent} bytes wait in one connection", flush=True)
    except OSError:
        time.sleep(100)


for _ in range(20):
    if os.fork() == 0:
        fill()
fill()
