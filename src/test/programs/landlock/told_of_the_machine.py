# reason: completed
# tiers: landlock
# stdout: refused refused refused refused; memory True True
import os
import socket

import psutil

answers = []
for attempt in (
    lambda: socket.getaddrinfo("localhost", 80),
    os.openpty,
    psutil.boot_time,
    psutil.cpu_times,
):
    try:
        answers.append(str(attempt()))
    except (OSError, psutil.Error):
        answers.append("refused")
print(*answers, end="; ")
here = psutil.Process().memory_info().rss
print("memory", psutil.virtual_memory().total > here, here > 1 << 20)
