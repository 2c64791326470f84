# reason: completed
# stdout: done
# Looked at when the program has ended, and removed in tier landlock.
import os

for _ in range(12):
    os.mkdir("\x01" * 240)
    os.chdir("\x01" * 240)
for number in range(8000):
    open("\x02" * 240 + str(number), "w").close()
print("done")
