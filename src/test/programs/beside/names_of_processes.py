# reason: completed
# stdout: done
import ctypes
import threading
import time

libc = ctypes.CDLL(None)


def rename() -> None:
    for name in (b"a\nb", b") S 1", b"\n\n\n", b"", b"((((", b"\xff\n\xfe"):
        libc.prctl(15, name, 0, 0, 0)
        time.sleep(0.1)


threads = [threading.Thread(target=rename) for _ in range(8)]
for thread in threads:
    thread.start()
rename()
for thread in threads:
    thread.join()
print("done")
