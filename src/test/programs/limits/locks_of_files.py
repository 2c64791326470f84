# reason: memory
# details-has: Limit of 1024 locks of files exceeded
# A file has as many locks as bytes, in memory that no control group counts.
import fcntl

held = []
for number in range(200):
    file = open(f"file-{number}", "w")
    held.append(file)
    for place in range(3000):
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 2 * place)
print("kept 600,000 locks")
while True:
    pass
