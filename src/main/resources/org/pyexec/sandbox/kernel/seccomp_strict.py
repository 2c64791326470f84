"""What the filter of system calls decides otherwise in tier landlock, where there are no namespaces; seccomp.py."""

from __future__ import annotations

import errno
import os
from typing import Dict, List, Set

from . import bpf
from ..policy import syscall_policy
from .seccomp_rules import CLONE_FILES, CLONE_THREAD, OWN_PID, SOCKET_KIND, WORD, opening, own_clocks, own_priority

AF_UNIX = 1
SOCK_STREAM = 1
SOCK_SEQPACKET = 5
TRUNCATE_VERSION = 3
NEITHER_READ_NOR_WRITE = 3  # as an access mode: Landlock finds nothing to check, and O_TRUNC cuts all the same; open(2)


def rules(landlock_version: int, owns_only_its_files: bool) -> Dict[str, List[bpf.Instruction]]:
    """The landlock tier; what an older Landlock lacks is closed here."""
    pretended = set(syscall_policy.STRICT_PRETENDED.split())
    if owns_only_its_files:  # the kernel lets only the owner do these
        pretended -= set(syscall_policy.STRICT_OWNERS.split())
    return {
        **_refused_and_pretended(pretended),
        **_about_processes(),
        **_about_files(landlock_version, pretended),
        "execve": [bpf.returns(bpf.ALLOW)],  # until the second filter
        "seccomp": bpf.argument_in(0, (bpf.SECCOMP_SET_MODE_FILTER,), bpf.ALLOW, bpf.refuse(errno.ENOSYS)),
        "socket": bpf.refusing(),
        "socketpair": _pairs(),
        "ioctl": bpf.argument_in(1, syscall_policy.STRICT_IOCTLS, bpf.ALLOW, bpf.refuse(errno.ENOTTY)),
    }


def _refused_and_pretended(pretended: Set[str]) -> Dict[str, List[bpf.Instruction]]:
    rules = {name: bpf.refusing() for name in syscall_policy.STRICT_REFUSED.split()}
    rules.update({name: [bpf.returns(bpf.refuse(0))] for name in pretended})
    rules.update({name: [bpf.returns(bpf.refuse(errno.EOPNOTSUPP))] for name in syscall_policy.STRICT_UNSUPPORTED.split()})
    return rules


def _about_processes() -> Dict[str, List[bpf.Instruction]]:
    """Of others than the program's own it learns and changes nothing."""
    rules = {name: bpf.argument_in(0, (0, OWN_PID), bpf.ALLOW, bpf.refuse(errno.EPERM)) for name in syscall_policy.STRICT_OWN.split()}
    rules.update({name: own_clocks() for name in syscall_policy.STRICT_CLOCKS.split()})
    for name in ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
        rules[name] = bpf.argument_in(0, (OWN_PID,), bpf.ALLOW, bpf.refuse(errno.EPERM))
    rules["clone"] = _threads_only()
    rules["setpriority"] = rules["getpriority"] = own_priority()
    # As a kernel without it: a C library that asks for a thread by its number goes on then; pthread_getattr_np(3).
    rules["sched_getaffinity"] = bpf.argument_in(0, (0, OWN_PID), bpf.ALLOW, bpf.refuse(errno.ENOSYS))
    rules["sched_setaffinity"] = bpf.argument_in(0, (0,), bpf.ALLOW, bpf.refuse(errno.EPERM))
    return rules


def _about_files(landlock_version: int, pretended: Set[str]) -> Dict[str, List[bpf.Instruction]]:
    rules = {
        # A folder that its owner may not read could be neither counted nor removed by a server that has the program's id.
        "mkdir": bpf.with_bits(1, syscall_policy.OWNERS_RIGHTS),
        "mkdirat": bpf.with_bits(2, syscall_policy.OWNERS_RIGHTS),
        "umask": bpf.without_bits(0, syscall_policy.OWNERS_RIGHTS),
        "open": _known_opening(1, landlock_version),
        "openat": _known_opening(2, landlock_version),
    }
    # A file on the host's disk that gives whoever runs it another identity.
    for name, mode in syscall_policy.STRICT_MODES.items():
        if name not in pretended:
            rules[name] = bpf.without_bits(mode, syscall_policy.SET_IDS)
    if landlock_version < TRUNCATE_VERSION:
        rules["truncate"] = bpf.refusing()
    return rules


def _threads_only() -> List[bpf.Instruction]:
    return [
        bpf.argument(0),
        (bpf.JUMP_BITS, 2, 0, ~syscall_policy.CLONE_FLAGS & WORD),
        (bpf.AND, 0, 0, CLONE_THREAD | CLONE_FILES),  # a table of open files of its own would have to be looked at, too
        (bpf.JUMP_EQUAL, 1, 0, CLONE_THREAD | CLONE_FILES),
        bpf.returns(bpf.refuse(errno.EPERM)),
        bpf.returns(bpf.ALLOW),
    ]


def _pairs() -> List[bpf.Instruction]:
    """Only connected kinds: a datagram socket could be pointed at any other by its name."""
    return [
        bpf.argument(0),
        (bpf.JUMP_EQUAL, 0, 4, AF_UNIX),
        bpf.argument(1),
        (bpf.AND, 0, 0, SOCKET_KIND),
        (bpf.JUMP_EQUAL, 2, 0, SOCK_STREAM),
        (bpf.JUMP_EQUAL, 1, 0, SOCK_SEQPACKET),
        bpf.returns(bpf.refuse(errno.EPERM)),
        bpf.returns(bpf.ALLOW),
    ]


def _known_opening(index: int, landlock_version: int) -> List[bpf.Instruction]:
    """Refuses to open files in ways that Landlock does not see as well, and to make set-id files; behind flags is the mode."""
    cuts = [  # a file without the right to write it
        (bpf.AND, 0, 0, os.O_TRUNC | os.O_ACCMODE),
        (bpf.JUMP_EQUAL, 2, 0, os.O_TRUNC | os.O_RDONLY),
    ]
    old = cuts if landlock_version < TRUNCATE_VERSION else []
    return [
        *opening(index, syscall_policy.STRICT_DIRECT),
        (bpf.JUMP_BITS, 0, 4, syscall_policy.MAKES_FILES),  # otherwise there need not be a mode
        bpf.argument(index + 1),
        (bpf.JUMP_BITS, 0, 1, syscall_policy.SET_IDS),
        bpf.returns(bpf.refuse(errno.EPERM)),
        bpf.argument(index),
        *old,
        (bpf.AND, 0, 0, os.O_ACCMODE),
        (bpf.JUMP_EQUAL, 0, 1, NEITHER_READ_NOR_WRITE),
        bpf.returns(bpf.refuse(errno.EPERM)),
        bpf.returns(bpf.ALLOW),
    ]
