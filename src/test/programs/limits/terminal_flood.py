# reason: cpu
# tiers: namespaces
# timeout: 6
# stdout-has: begun
# Each byte has the kernel show a line of 4,000 characters once more, which costs the program next to nothing.
import os
import time

pairs = [os.openpty() for _ in range(3)]
print("begun", flush=True)
for ours, _ in pairs:
    os.set_blocking(ours, False)
    os.write(ours, b"a" * 4000)
while True:
    for ours, _ in pairs:
        for attempt in (lambda: os.write(ours, b"\x12" * 256), lambda: os.read(ours, 65536)):
            try:
                attempt()
            except BlockingIOError:
                pass
    assert time.process_time() < 7, "the terminals have not counted"
