# reason: processes
# details-has: Limit of 64 processes and threads exceeded
import threading
import time

while True:
    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
