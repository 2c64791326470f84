# reason: processes
# details-has: Limit of 64 processes and threads exceeded
# tiers: landlock
import threading
import time

for _ in range(200):
    try:
        threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
    except RuntimeError:
        raise
time.sleep(10)
