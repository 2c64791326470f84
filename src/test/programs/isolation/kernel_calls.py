# reason: completed
# tiers: namespaces
# stdout: []
import ctypes
import errno
import platform

libc = ctypes.CDLL(None, use_errno=True)
x86 = platform.machine() == "x86_64"
# name: number on x86-64, on aarch64
calls = {
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "fsopen": (430, 430), "open_tree": (428, 428), "mount_setattr": (442, 442),
    "bpf": (321, 280), "perf_event_open": (298, 241), "io_uring_setup": (425, 425), "userfaultfd": (323, 282),
    "add_key": (248, 217), "keyctl": (250, 219), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186),
    "semget": (64, 190), "init_module": (175, 105), "kexec_load": (246, 104), "reboot": (169, 142),
    "open_by_handle_at": (304, 265), "fanotify_init": (300, 262), "quotactl": (179, 60), "swapon": (167, 224),
    "sethostname": (170, 161), "clone3": (435, 435), "capset": (126, 91), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "lookup_dcookie": (212, 18), "unknown": (9999, 9999),
}
answers = {}
for name, numbers in calls.items():
    ctypes.set_errno(0)
    if libc.syscall(numbers[0 if x86 else 1], 0, 0, 0, 0, 0, 0) >= 0:
        answers[name] = "done"
    elif ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
        answers[name] = errno.errorcode[ctypes.get_errno()]
print(sorted(answers.items()))
