# reason: memory
# tiers: landlock
# What waits in a pair of sockets is in no process: so many are taken for memory.
import socket
import time

pairs = []
kept = bytearray(300 << 20)
kept[::4096] = b"x" * (len(kept) // 4096)
for _ in range(500):
    pairs.append(socket.socketpair())
    pairs[-1][0].setblocking(False)
    try:
        while True:
            pairs[-1][0].send(bytes(65536))
    except BlockingIOError:
        pass
time.sleep(20)
