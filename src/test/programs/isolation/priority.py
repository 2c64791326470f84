# reason: completed
# stdout: refused refused refused
import os
import resource

results = []
for attempt in (
    lambda: os.setpriority(os.PRIO_PROCESS, 0, -20),
    lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    lambda: resource.setrlimit(resource.RLIMIT_DATA, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)),
):
    try:
        attempt()
        results.append("done")
    except (OSError, ValueError):
        results.append("refused")
print(*results)
