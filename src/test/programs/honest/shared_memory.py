# reason: completed
# tiers: namespaces
# stdout: b'shared'
from multiprocessing import shared_memory

memory = shared_memory.SharedMemory(create=True, size=100)
memory.buf[:6] = b"shared"
print(bytes(memory.buf[:6]))
memory.close()
memory.unlink()
