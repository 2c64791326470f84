# reason: completed
# stdout: ['ENOSYS', 'ENOSYS', 'ENOSYS', 'ENOSYS']
# A program restricts itself no further: the kernel's memory for that is counted by no limit.
import ctypes
import errno
import platform

libc = ctypes.CDLL(None, use_errno=True)
answers = []
for number in (317 if platform.machine() == "x86_64" else 277, 444, 445, 446):  # seccomp landlock_create_ruleset add_rule restrict_self
    answers.append("done" if libc.syscall(number, 0, 0, 0, 0) >= 0 else errno.errorcode[ctypes.get_errno()])
print(answers)
