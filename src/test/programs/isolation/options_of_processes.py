# reason: completed
# stdout: ['EINVAL', 'EINVAL', 'EINVAL', 'EINVAL', 'EINVAL', 'EINVAL', 'EPERM', 'EPERM'] works
import ctypes
import errno

libc = ctypes.CDLL(None, use_errno=True)
libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4


def answer(option, *arguments):
    ctypes.set_errno(0)
    done = libc.prctl(option, *arguments, *[0] * (4 - len(arguments))) != -1
    return "done" if done else errno.errorcode[ctypes.get_errno()]


filter_of_one = ctypes.create_string_buffer(b"\x06\x00\x00\x00\x00\x00\xff\x7f", 8)
program = (ctypes.c_ulong * 2)(1, ctypes.addressof(filter_of_one))
page = ctypes.create_string_buffer(1 << 14)
aligned = (ctypes.addressof(page) + 8191) & ~4095
answers = [
    answer(22, 2, ctypes.addressof(program)),  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
    answer(35, 8, aligned),  # PR_SET_MM, PR_SET_MM_ARG_START
    answer(62, 1, 0, 0),  # PR_SCHED_CORE, PR_SCHED_CORE_CREATE
    answer(78, 1, 1 << 16),  # PR_FUTEX_HASH, PR_FUTEX_HASH_SET_SLOTS
    answer(0x53564D41, 0, aligned, 4096),  # PR_SET_VMA, PR_SET_VMA_ANON_NAME
    answer(0x59616D61, 1),  # PR_SET_PTRACER
    answer(1, 0),  # PR_SET_PDEATHSIG
    answer(4, 0),  # PR_SET_DUMPABLE
]
honest = [answer(15, ctypes.addressof(ctypes.create_string_buffer(b"name"))), answer(38, 1), answer(36, 1), answer(39), answer(21)]
print(answers, "works" if set(honest) == {"done"} else honest)
