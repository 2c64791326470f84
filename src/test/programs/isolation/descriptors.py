# reason: completed
# stdout: [0, 1, 2] True
import os
import stat


def is_open(descriptor):
    try:
        os.fstat(descriptor)
        return True
    except OSError:
        return False


found = [descriptor for descriptor in range(4096) if is_open(descriptor)]
print(found, all(stat.S_ISFIFO(os.fstat(descriptor).st_mode) for descriptor in found))
