"""The kernel's calls that Python has no function for: constants, structures and thin wrappers, in one place.

Sources: the manual pages named at each wrapper, linux/mount.h, linux/sched.h, linux/capability.h, linux/prctl.h.
Every wrapper raises OSError with the name of the call.
"""

from __future__ import annotations

import ctypes
import os
import platform
from typing import Optional

# --- numbers (the generic ones, the same on every architecture since 424) ------------------------------------------

MACHINE = platform.machine()
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}.get(MACHINE, -1)
SYS_CLONE = {"x86_64": 56, "aarch64": 220}.get(MACHINE, -1)
SYS_CAPSET = {"x86_64": 126, "aarch64": 91}.get(MACHINE, -1)
SYS_CAPGET = {"x86_64": 125, "aarch64": 90}.get(MACHINE, -1)
SYS_SECCOMP = {"x86_64": 317, "aarch64": 277}.get(MACHINE, -1)
SYS_CLOSE_RANGE = 436
SYS_OPEN_TREE = 428
SYS_MOVE_MOUNT = 429
SYS_MOUNT_SETATTR = 442
SYS_LANDLOCK_CREATE_RULESET = 444
SYS_LANDLOCK_ADD_RULE = 445
SYS_LANDLOCK_RESTRICT_SELF = 446

# --- flags ---------------------------------------------------------------------------------------------------------

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
CLONE_NEWTIME = 0x00000080

MS_NOSUID = 2
MS_NODEV = 4
MS_REC = 0x4000
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

AT_FDCWD = -100
AT_EMPTY_PATH = 0x1000
AT_RECURSIVE = 0x8000
OPEN_TREE_CLONE = 1
OPEN_TREE_CLOEXEC = os.O_CLOEXEC
MOVE_MOUNT_F_EMPTY_PATH = 4

MOUNT_ATTR_RDONLY = 0x01
MOUNT_ATTR_NOSUID = 0x02
MOUNT_ATTR_NODEV = 0x04
MOUNT_ATTR_NOEXEC = 0x08
MOUNT_ATTR_NOSYMFOLLOW = 0x00200000

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
PR_CAP_AMBIENT_CLEAR_ALL = 4
CAP_NET_ADMIN = 12

CAPABILITY_VERSION_3 = 0x20080522
LAST_CAPABILITY = 63  # asking beyond what the kernel knows only gives EINVAL
_CAPABILITIES = [ctypes.c_long(number) for number in range(LAST_CAPABILITY + 1)]

MAP_SHARED = 1
PROT_READ_WRITE = 3

# PyDLL keeps the interpreter lock: these calls are short, and clone must not run with the lock released.
_libc = ctypes.PyDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = (
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_long,
)


class _MountAttributes(ctypes.Structure):
    """struct mount_attr of linux/mount.h."""

    _fields_ = [
        ("attr_set", ctypes.c_uint64),
        ("attr_clr", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    ]


def _checked(name: str, result: int, about: Optional[str] = None) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}", about)
    return result


def _long(value: int) -> ctypes.c_long:
    return ctypes.c_long(value)


def call(name: str, number: int, *arguments: object) -> int:
    """Any system call by number; integers are passed as longs, everything else as ctypes takes it."""
    converted = [_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(name, _libc.syscall(_long(number), *converted))


def prctl(option: int, argument: int = 0, second: int = 0) -> int:
    """prctl(2)."""
    return _checked("prctl", _libc.prctl(option, _long(argument), _long(second), _long(0), _long(0)))


def unshare(flags: int) -> None:
    """unshare(2)."""
    _checked("unshare", _libc.unshare(flags))


def setns(descriptor: int, flags: int) -> None:
    """setns(2); with a pidfd it joins all namespaces in flags at once."""
    _checked("setns", _libc.setns(descriptor, flags))


def clone(flags: int) -> int:
    """clone(2) as a fork into new namespaces: 0 in the child. No at-fork handlers run; the caller has one thread."""
    signal_child_ended = 17
    return call("clone", SYS_CLONE, flags | signal_child_ended, 0, 0, 0, 0)


def mount(source: str, target: str, kind: Optional[str], flags: int, options: str = "") -> None:
    """mount(2)."""
    result = _libc.mount(
        os.fsencode(source),
        os.fsencode(target),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        options.encode(),
    )
    _checked("mount", result, target)


def unmount_lazily(target: str) -> None:
    """umount2(2) with MNT_DETACH."""
    _checked("umount2", _libc.umount2(os.fsencode(target), MNT_DETACH), target)


def pivot_root(new_root: str, put_old: str) -> None:
    """pivot_root(2)."""
    call("pivot_root", SYS_PIVOT_ROOT, os.fsencode(new_root), os.fsencode(put_old))


def open_tree(path: str, recursive: bool) -> int:
    """open_tree(2): a detached copy of the mounts at path; the caller owns the descriptor."""
    flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (AT_RECURSIVE if recursive else 0)
    return call("open_tree", SYS_OPEN_TREE, AT_FDCWD, os.fsencode(path), flags)


def move_mount(tree: int, target: str) -> None:
    """move_mount(2): attaches a detached tree."""
    call("move_mount", SYS_MOVE_MOUNT, tree, b"", AT_FDCWD, os.fsencode(target), MOVE_MOUNT_F_EMPTY_PATH)


def set_mount_attributes(tree: int, attributes: int, recursive: bool) -> None:
    """mount_setattr(2) on a detached tree or any descriptor of a mount's root."""
    attr = _MountAttributes(attributes, 0, 0, 0)
    flags = AT_EMPTY_PATH | (AT_RECURSIVE if recursive else 0)
    call("mount_setattr", SYS_MOUNT_SETATTR, tree, b"", flags, ctypes.byref(attr), ctypes.sizeof(attr))


def close_from(first: int) -> None:
    """close_range(2): closes every descriptor from this one on."""
    try:
        call("close_range", SYS_CLOSE_RANGE, first, 0x7FFFFFFF, 0)
    except OSError:  # before Linux 5.9
        os.closerange(first, 1 << 16)


def drop_bounding_set() -> None:
    """No execve can bring a capability back; capabilities(7). Needs CAP_SETPCAP, does nothing without."""
    option, nothing_more = _long(PR_CAPBSET_DROP), _long(0)
    for capability in _CAPABILITIES:
        if _libc.prctl(option, capability, nothing_more, nothing_more, nothing_more) < 0:
            break


def drop_capabilities() -> None:
    """Empties the capability sets of the calling thread but the bounding one; capabilities(7)."""
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    call("capset", SYS_CAPSET, ctypes.byref(header), ctypes.byref(nothing))


def keep_over_exec(capability: int) -> None:
    """Makes a capability below 32 inheritable and ambient, so that a command that is not root's has it."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable: low words, then high words
    call("capget", SYS_CAPGET, ctypes.byref(header), ctypes.byref(sets))
    sets[2] |= 1 << capability
    call("capset", SYS_CAPSET, ctypes.byref(header), ctypes.byref(sets))
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability)


def map_shared(descriptor: int, length: int) -> int:
    """mmap(2), shared, read and write: the address. The mapping outlives the descriptor."""
    address = _libc.mmap(None, length, PROT_READ_WRITE, MAP_SHARED, descriptor, 0)
    if address is None or address == ctypes.c_void_p(-1).value:
        number = ctypes.get_errno()
        raise OSError(number, f"mmap: {os.strerror(number)}")
    return address
