# reason: processes
# details-has: Limit of 64 processes and threads exceeded
# tiers: landlock
# The name of a process stands in /proc/PID/stat, whose lines and brackets others count on; proc(5).
import ctypes
import threading
import time

ctypes.CDLL(None).prctl(15, b"a\nb) S 1 1", 0, 0, 0)
for _ in range(200):
    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
time.sleep(10)
