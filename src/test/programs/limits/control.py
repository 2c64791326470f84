# reason: completed
# stdout: 200 5 4096
import os
import threading

data = bytearray(200 << 20)
data[:: 1 << 12] = b"x" * (len(data) >> 12)
threads = [threading.Thread(target=lambda: None) for _ in range(5)]
for thread in threads:
    thread.start()
open(os.environ["TMPDIR"] + "/file", "wb").write(bytes(4096))
print(len(data) >> 20, len(threads), os.path.getsize(os.environ["TMPDIR"] + "/file"))
