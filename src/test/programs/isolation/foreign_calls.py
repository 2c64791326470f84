# reason: killed
# signal: SIGSYS or SIGSEGV
# stdout: trying
import ctypes
import mmap
import platform
import os
import signal

print("trying")
if platform.machine() != "x86_64":
    os.kill(os.getpid(), signal.SIGSYS)
# A kernel without the 32-bit table, or under a hypervisor that does not pass this gate on, ends the program with SIGSEGV.
# mov eax, 20 (getpid of the 32-bit table); int 0x80; ret
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
print("it answered")
