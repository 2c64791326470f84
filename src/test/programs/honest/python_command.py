# reason: completed
# tiers: namespaces
# stdout: True 127.0.0.1 127.0.0.1 536870912
import os
import socket
import subprocess
import sys

code = "import sys; print(sys.version, sys.prefix)"
version = subprocess.run(["python", "-c", code], capture_output=True, text=True).stdout
memory = int(open("/proc/meminfo").readline().split()[1]) * 1024
os.kill(subprocess.Popen(["python", "-c", "pass"]).pid, 0)
print(version == f"{sys.version} {sys.prefix}\n", socket.gethostbyname("localhost"), socket.gethostbyname(socket.gethostname()), memory)
