# reason: completed
# tiers: namespaces
# stdout: [1, 2]
import os


def exists(pid):
    try:
        os.kill(pid, 0)
        return True
    except ProcessLookupError:
        return False
    except PermissionError:
        return True


print([pid for pid in range(1, 40000) if exists(pid)])
