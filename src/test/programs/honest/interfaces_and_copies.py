# reason: completed
# tiers: namespaces
# stdout: lo 1 copied 24 80
import fcntl
import os
import shutil
import socket
import struct
import subprocess

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
    name = fcntl.ioctl(asking, 0x8910, struct.pack("16si20x", b"", 1))[:16].rstrip(b"\0").decode()  # SIOCGIFNAME
index = socket.if_nametoindex("lo")
with open("one", "w") as file:
    file.write("copied")
shutil.copy("one", "two")
subprocess.run(["cp", "--reflink=auto", "two", "three"], check=True)
with open("three") as file:
    text = file.read()
size = shutil.get_terminal_size()
for each in ("one", "two", "three"):
    os.remove(each)
socket.getaddrinfo("localhost", 80)
print(name, index, text, size.lines, size.columns)
