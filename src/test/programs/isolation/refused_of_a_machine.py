# reason: completed
# stdout: refused ENOSYS refused
# What docs/configuration.md names as refused in both tiers.
import errno
import os
import resource
import socket

answers = []
for attempt in (socket.if_nameindex, lambda: os.memfd_create("x")):
    try:
        answers.append(str(attempt()))
    except OSError as e:
        answers.append("ENOSYS" if e.errno == errno.ENOSYS else "refused")
soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
try:
    resource.setrlimit(resource.RLIMIT_CPU, (hard + 1000, hard + 1000))
    answers.append("raised")
except (OSError, ValueError):
    answers.append("refused")
print(*answers)
