# reason: output
# details-has: Output limit
import os
import threading


def flood(descriptor):
    while True:
        os.write(descriptor, b"x" * (1 << 16))


threading.Thread(target=flood, args=(2,), daemon=True).start()
flood(1)
