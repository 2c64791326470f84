# reason: completed
# stdout: refused refused refused
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
PTRACE_ATTACH = 16
target = os.getppid() or 1
results = ["done" if libc.ptrace(PTRACE_ATTACH, target, 0, 0) == 0 else "refused"]
buffer = ctypes.create_string_buffer(8)
vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
results.append("done" if libc.process_vm_readv(target, vector, 1, vector, 1, 0) > 0 else "refused")
try:
    open(f"/proc/{target}/mem", "rb")
    results.append("done")
except OSError:
    results.append("refused")
print(*results)
