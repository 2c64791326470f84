# reason: timeout
# timeout: 4
# Connections without end, each left as it is.
import os
import socket

for _ in range(3):
    if os.fork() == 0:
        break
kept = []
while True:
    try:
        connection = socket.socket()
        connection.setblocking(False)
        connection.connect_ex(("203.0.113.10", 80))
        kept.append(connection)
        if len(kept) == 200:  # more count as memory that is used up
            kept.clear()
    except OSError:
        kept.clear()
