# reason: memory
# stdout-has: raised
# A program may raise its soft limit; what it uses is watched all the same.
import resource
import time

for which in (resource.RLIMIT_DATA, resource.RLIMIT_AS, resource.RLIMIT_STACK):
    _, hard = resource.getrlimit(which)
    resource.setrlimit(which, (hard, hard))
print("raised", flush=True)
kept = []
for _ in range(60):
    kept.append(b"x" * (16 << 20))
    time.sleep(0.02)
