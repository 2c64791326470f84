# reason: timeout
# timeout: 4
# As fast as the interface takes it, to hosts that answer and to one that does not.
import os
import socket

for _ in range(3):
    if os.fork() == 0:
        break
flood = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
data = b"x" * 1400
number = 0
while True:
    number += 1
    try:
        flood.sendto(data, (f"203.0.113.{10 + number % 2 * 90}", 7 + number % 3))
    except OSError:
        pass
