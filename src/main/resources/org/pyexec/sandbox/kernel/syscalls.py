"""The kernel's calls that Python has no function for: constants, structures and thin wrappers, in one place.

Sources: the manual pages named at each wrapper, linux/mount.h, linux/sched.h, linux/capability.h, linux/prctl.h.
Every wrapper raises OSError with the name of the call.
"""

from __future__ import annotations

import ctypes
import os
import platform
from typing import List, Optional, Tuple

# --- numbers (the generic ones, the same on every architecture since 424) ------------------------------------------

MACHINE = platform.machine()
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}.get(MACHINE, -1)
SYS_CAPSET = {"x86_64": 126, "aarch64": 91}.get(MACHINE, -1)
SYS_CAPGET = {"x86_64": 125, "aarch64": 90}.get(MACHINE, -1)
SYS_OPEN_TREE = 428
SYS_MOVE_MOUNT = 429
SYS_MOUNT_SETATTR = 442
SYS_LANDLOCK_CREATE_RULESET = 444

# --- flags ---------------------------------------------------------------------------------------------------------

CLONE_VM = 0x00000100
CLONE_PIDFD = 0x00001000
CLONE_PARENT = 0x00008000
CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
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
PR_SET_NAME = 15
PR_CAPBSET_READ = 23
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
PR_CAP_AMBIENT_CLEAR_ALL = 4
CAP_SETPCAP = 8
CAP_NET_ADMIN = 12
CAP_SYS_PTRACE = 19

CAPABILITY_VERSION_3 = 0x20080522

MAP_SHARED = 1
MAP_FIXED = 0x10
MAP_PRIVATE_ANONYMOUS = 0x22
PROT_READ_WRITE = 3
PROT_READ_EXECUTE = 5

# PyDLL keeps the interpreter lock: these calls are short, and there is one thread.
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


class MountAttributes(ctypes.Structure):
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
    attr = MountAttributes(attributes, 0, 0, 0)
    flags = AT_EMPTY_PATH | (AT_RECURSIVE if recursive else 0)
    call("mount_setattr", SYS_MOUNT_SETATTR, tree, b"", flags, ctypes.byref(attr), ctypes.sizeof(attr))


def bounding_set() -> List[int]:
    """Capabilities that an execve could bring; capabilities(7)."""
    found = []
    for capability in range(64):
        try:
            if prctl(PR_CAPBSET_READ, capability):
                found.append(capability)
        except OSError:
            break  # beyond the last one that this kernel knows
    return found


def has_capability(capability: int) -> bool:
    """Whether the calling process has a capability below 32."""
    _, sets = _capabilities()
    return bool(sets[0] & 1 << capability)


def keep_over_exec(capability: int) -> None:
    """Makes a capability below 32 inheritable and ambient, so that a command that is not root's has it."""
    header, sets = _capabilities()
    sets[2] |= 1 << capability
    call("capset", SYS_CAPSET, ctypes.byref(header), ctypes.byref(sets))
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability)


def _capabilities() -> Tuple[ctypes.Array[ctypes.c_uint32], ctypes.Array[ctypes.c_uint32]]:
    """Header and sets as capget(2) has them: effective, permitted, inheritable; low words, then high words."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()
    call("capget", SYS_CAPGET, ctypes.byref(header), ctypes.byref(sets))
    return header, sets


def set_ids_for_files(user: int, group: int) -> None:
    """Of the calling thread alone; setfsuid(2), which tells of no failure."""
    _libc.setfsgid(group)
    _libc.setfsuid(user)


def flush_c_streams() -> None:
    """fflush(3) of everything that extension modules print."""
    _libc.fflush(None)


def map_private(length: int) -> int:
    """The address of memory for reading and writing, for ever; mmap(2)."""
    address = _libc.mmap(None, length, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0)
    if address is None or address == ctypes.c_void_p(-1).value:
        number = ctypes.get_errno()
        raise OSError(number, f"mmap: {os.strerror(number)}")
    return int(address)


def map_shared(descriptor: int, length: int, address: int) -> None:
    """In the place of what is mapped there; mmap(2), MAP_FIXED."""
    kind = MAP_SHARED | MAP_FIXED
    mapped = _libc.mmap(ctypes.c_void_p(address), ctypes.c_size_t(length), PROT_READ_WRITE, kind, descriptor, ctypes.c_long(0))
    if mapped != address:
        number = ctypes.get_errno()
        raise OSError(number, f"mmap: {os.strerror(number)}")


def map_code(code: bytes) -> int:
    """The address of executable memory with this machine code, for ever; mprotect(2)."""
    address = map_private(len(code))
    ctypes.memmove(address, code, len(code))
    _checked("mprotect", _libc.mprotect(ctypes.c_void_p(address), ctypes.c_size_t(len(code)), PROT_READ_EXECUTE))
    return int(address)
