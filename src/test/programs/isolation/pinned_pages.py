# reason: completed
# stdout: {'ENOSYS'}
# Pages in pipes are counted by no limit; vmsplice(2), tee(2).
import ctypes
import errno
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
x86 = platform.machine() == "x86_64"
mine, theirs = os.pipe()
memory = ctypes.create_string_buffer(4096)
vector = (ctypes.c_size_t * 2)(ctypes.addressof(memory), 4096)
answers = set()
for number, arguments in (
    (278 if x86 else 75, (theirs, vector, 1, 0)),  # vmsplice
    (276 if x86 else 77, (mine, theirs, 1, 0)),  # tee
):
    done = libc.syscall(number, *arguments)
    answers.add("done" if done >= 0 else errno.errorcode[ctypes.get_errno()])
print(answers)
