# reason: completed
# stdout: ['_shutdown'] ['<lambda>']
# While other threads are waited for and exit functions run, the main thread has no frames but theirs.
import atexit
import sys
import threading
import time


def names(frame):
    found = []
    while frame is not None:
        found.append(frame.f_code.co_name)
        frame = frame.f_back
    return found


def look_at_main_thread(main=threading.get_ident()):
    time.sleep(0.2)
    print(names(sys._current_frames()[main]), end=" ")


atexit.register(lambda: print(names(sys._getframe())))
threading.Thread(target=look_at_main_thread).start()
