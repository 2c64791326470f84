# reason: completed
# stdout: deep enough
import sys
import threading

sys.setrecursionlimit(20000)


def down(n):
    return n if n == 0 else down(n - 1)


assert down(9000) == 0
threading.stack_size(8 << 20)
thread = threading.Thread(target=down, args=(9000,))
thread.start()
thread.join()
print("deep enough")
