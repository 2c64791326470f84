# reason: completed
# tiers: landlock
# stdout: EPERM EPERM ENOSYS
# What a child may until its program begins, to execute a fresh interpreter, no program may.
import ctypes
import errno
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
EXECVEAT, SECCOMP = {"x86_64": (322, 317), "aarch64": (281, 277)}[platform.machine()]
REFUSE_EVERYTHING = ctypes.create_string_buffer(b"\x06\0\0\0\0\0\x05\0", 8)


def refusal(action):
    ctypes.set_errno(0)
    try:
        action()
    except OSError as e:
        return errno.errorcode[e.errno]
    return errno.errorcode.get(ctypes.get_errno(), "nothing")


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


program = Program(1, ctypes.addressof(REFUSE_EVERYTHING))
arguments = (ctypes.c_char_p * 2)(b"true", None)
print(
    refusal(lambda: os.execv("/bin/true", ["true"])),
    refusal(lambda: libc.syscall(EXECVEAT, -100, b"/bin/true", arguments, None, 0)),
    refusal(lambda: libc.syscall(SECCOMP, 1, 0, ctypes.byref(program))),
)
