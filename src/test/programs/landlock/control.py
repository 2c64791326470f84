# reason: completed
# stdout: written 3
# tiers: landlock
import os
import threading

open("file.txt", "w").write("x")
results = []
threads = [threading.Thread(target=results.append, args=(i,)) for i in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("written" if os.path.exists("file.txt") else "lost", len(results))
