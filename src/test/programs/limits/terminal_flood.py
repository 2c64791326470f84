# reason: cpu
# tiers: namespaces
# timeout: 8
# stdout-has: begun
# Each byte has the kernel show a line of 4,000 characters once more, which costs the program next to nothing.
import os
import time

pairs = [os.openpty(), os.openpty()]
print("begun", flush=True)
for ours, _ in pairs:
    os.set_blocking(ours, False)
    os.write(ours, b"a" * 4000)
if os.fork() == 0:  # one processor's work of its own; the two terminals are not for nothing beside it
    while True:
        pass
while True:
    for ours, _ in pairs:
        for attempt in (lambda: os.write(ours, b"\x12" * 256), lambda: os.read(ours, 65536)):
            try:
                attempt()
            except BlockingIOError:
                pass
    assert time.process_time() < 7, "the terminals have not counted"
