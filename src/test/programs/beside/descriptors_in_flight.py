# reason: completed or memory
# Descriptors that have been sent and not taken are counted for the user, whose other runs may have none then; unix(7).
# How many go depends on what others of the same user have sent; more than 64 end the program.
import array
import os
import socket
import time

held = []
sent = 0
try:
    while sent < 5000:
        ours, theirs = socket.socketpair()
        held += [ours, theirs]
        some = array.array("i", [0] * 250)
        ours.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, some)])
        sent += 250
except OSError:
    pass
time.sleep(3)
print("done")
