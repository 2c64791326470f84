# reason: completed
# stdout: 400 [0, 1, 4, 9] 7 True 2 b'shared' 5
import multiprocessing
import threading
from multiprocessing import shared_memory
from multiprocessing.pool import ThreadPool

lock, count = multiprocessing.Lock(), 0


def add():
    global count
    for _ in range(100):
        with lock:
            seen = count
            event.wait(0.00001)
            count = seen + 1


event = multiprocessing.Event()
threads = [threading.Thread(target=add) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
queue = multiprocessing.Queue()
queue.put(7)
got = queue.get(timeout=20)
again = multiprocessing.RLock()
with again, again:
    pass
bounded = multiprocessing.BoundedSemaphore(2)
bounded.acquire()
assert bounded.acquire(timeout=5) and not bounded.acquire(timeout=0.01)
bounded.release()
bounded.release()
try:
    bounded.release()
    raise SystemExit("released once too often")
except ValueError:
    pass
assert not multiprocessing.Lock().acquire(block=False) is None
memory = shared_memory.SharedMemory(create=True, size=100)
memory.buf[:6] = b"shared"
other = shared_memory.SharedMemory(name=memory.name)
words = bytes(other.buf[:6])
other.close()
memory.close()
memory.unlink()
value = multiprocessing.Value("i", 4)
with value.get_lock():
    value.value += 1
with ThreadPool(3) as pool:
    squares = pool.map(lambda x: x * x, range(4))
print(count, squares, got, lock.acquire(timeout=1), bounded.get_value(), words, value.value)
