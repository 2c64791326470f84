# reason: timeout or processes
# timeout: 4
# tiers: namespaces
# The kernel shares processors between sessions, unless control groups say otherwise; sched(7), autogroups.
import os

for _ in range(60):
    if os.fork() == 0:
        os.setsid()
        break
while True:
    pass
