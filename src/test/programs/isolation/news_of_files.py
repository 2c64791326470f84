# reason: completed
# stdout: {'EPERM'}
# What the host and other runs do in the system's folders is not told: inotify(7).
import ctypes
import errno
import platform

libc = ctypes.CDLL(None, use_errno=True)
x86 = platform.machine() == "x86_64"
answers = set()
for number, arguments in (
    (294 if x86 else 26, (0,)),  # inotify_init1
    (254 if x86 else 27, (0, b"/usr", 0xFFF)),  # inotify_add_watch
):
    done = libc.syscall(number, *arguments)
    answers.add("done" if done >= 0 else errno.errorcode[ctypes.get_errno()])
print(answers)
