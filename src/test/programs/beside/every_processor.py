# reason: timeout
# timeout: 3
# tiers: namespaces
import os

for _ in range(5):
    os.fork()
while True:
    pass
