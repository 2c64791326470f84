# reason: completed
# stdout: 60000 60000 60000
import functools
import resource
import sys
import threading

resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
sys.setrecursionlimit(10**6)


def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


@functools.lru_cache(None)  # through C, so on the stack of the machine in every version
def through_c(n):
    return 0 if n == 0 else 1 + through_c(n - 1)


print(down(60000), end=" ", flush=True)
assert threading.stack_size(512 << 20) == 0
thread = threading.Thread(target=lambda: print(down(60000), through_c(60000)))
thread.start()
thread.join()
