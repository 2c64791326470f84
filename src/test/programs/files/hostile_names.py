# reason: completed
# tiers: namespaces
# skipped: fifo hard1 hard2 link_dir link_file link_host socket
# files: plain.txt
import os
import socket

open("plain.txt", "w").write("x")
open("hard1", "w").write("x")
os.link("hard1", "hard2")
os.symlink("/etc/passwd", "link_host")
os.symlink("plain.txt", "link_file")
os.symlink("/", "link_dir")
os.mkfifo("fifo")
socket.socket(socket.AF_UNIX).bind("socket")
