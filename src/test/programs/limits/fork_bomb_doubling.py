# reason: timeout
# tiers: namespaces
# timeout: 2
import os

while True:
    try:
        os.fork()
    except OSError:
        pass
