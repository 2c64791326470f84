# reason: disk
# details-has: Disk limit of 64 MB
# stdout: refused refused refused works
# tiers: landlock
# What a server with the same user id may not look into, it can neither count nor remove.
import os

for attempt in (lambda: os.mkdir("h", 0o300), lambda: os.mkdir("h", 0o500), lambda: os.umask(0o400)):
    try:
        attempt()
        print("done", end=" ")
    except PermissionError:
        print("refused", end=" ")
os.umask(0o077)
os.makedirs("a/b", 0o777)
print("works", flush=True)
number = 0
while True:
    number += 1
    with open(f"a/b/{number}", "wb") as file:
        file.write(bytes(8 << 20))
