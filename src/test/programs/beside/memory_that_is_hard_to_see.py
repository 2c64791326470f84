# reason: memory
# tiers: namespaces
# Takes long to look at: many mappings in many processes, and much that waits in sockets.
import ctypes
import os
import socket
import time

libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
for number in range(20_000):
    libc.mmap(None, 4096, 1 + 2 * (number % 2), 0x22, -1, 0)
held = []
for _ in range(40):
    if os.fork() == 0:
        for _ in range(100):
            pair = socket.socketpair()
            held.append(pair)
            pair[0].setblocking(False)
            try:
                while True:
                    pair[0].send(bytes(1 << 16))
            except BlockingIOError:
                pass
        time.sleep(100)
time.sleep(100)
