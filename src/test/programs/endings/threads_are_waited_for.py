# reason: completed
# stdout: from the thread
import threading
import time


def late():
    time.sleep(0.2)
    print("from the thread")


threading.Thread(target=late).start()
