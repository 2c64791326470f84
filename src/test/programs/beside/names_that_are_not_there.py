# reason: completed
# stdout: looked
# The kernel remembers that such a name is not there, and charges the memory to whoever looked first.
import os

for number in range(150_000):
    os.path.exists(f"/usr/lib/{number}-of-many-names-that-are-not-there")
print("looked")
