"""Turns the policy's lists of system calls into a BPF filter; seccomp(2), linux/filter.h.

The filter is built once, before any fork, and only installed per child. Foreign architectures are killed; what happens to
a call is found by its number, and for some by their arguments.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from typing import Dict, Iterable, List, NamedTuple, Optional, Set, Tuple

from . import bpf, syscalls
from ..policy import syscall_policy
from .syscall_table import NUMBERS

# --- linux/seccomp.h, linux/audit.h ------------------------------------------------------------------------------------

SECCOMP_SET_MODE_FILTER = 1

ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column of the table, AUDIT_ARCH
X32_BIT = 0x40000000

# --- arguments that matter -------------------------------------------------------------------------------------------

WORD = 0xFFFFFFFF
CLONE_FILES = 0x400
CLONE_THREAD = 0x10000
F_SETFL = 4
AF_UNIX = 1
SOCK_STREAM = 1
SOCK_SEQPACKET = 5
SOCKET_KIND = 0xF  # without SOCK_NONBLOCK and SOCK_CLOEXEC
OWN_PID = 0xFFFFFFF0  # stands for the child's process id until it installs the filter
PRIO_PROCESS = 0
RLIMIT_CORE = 4
TRUNCATE_VERSION = 3
NEITHER_READ_NOR_WRITE = 3  # as an access mode: Landlock finds nothing to check, and O_TRUNC cuts all the same; open(2)
FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6: no netlink, packet, vsock, algorithms, Bluetooth
TERMINAL_TRICKS = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: put words into a terminal's mouth
PERSONALITIES = (0xFFFFFFFF, 0)  # ask, and the plain one


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


class Filter(NamedTuple):
    """A filter ready to be installed; keeps the memory that the kernel reads."""

    instructions: ctypes.Array
    program: _Program
    own_pid_at: List[int]  # byte offsets at which the child writes its process id

    @property
    def content(self) -> bytes:
        return bytes(self.instructions)

    def know_own_pid(self) -> None:
        """In the child, before it installs the filter."""
        for offset in self.own_pid_at:
            struct.pack_into("=I", self.instructions, offset, os.getpid())


def _names(groups: Iterable[str]) -> Set[str]:
    return {name for group in groups for name in group.split()}


def _numbers(names: Iterable[str], column: int) -> List[int]:
    found = (NUMBERS[name][column] for name in names)
    return sorted(number for number in found if number is not None)


def _ranges(numbers: List[int]) -> List[Tuple[int, int]]:
    ranges: List[Tuple[int, int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges


def _sockets() -> List[bpf.Instruction]:
    """Families, types and protocols that programs need."""
    return [
        *bpf.unless_in(bpf.argument(0), FAMILIES, errno.EAFNOSUPPORT),
        *bpf.unless_in(bpf.argument(1), syscall_policy.SOCKET_TYPES, errno.EPROTONOSUPPORT, mask=SOCKET_KIND),
        *bpf.unless_in(bpf.argument(2), syscall_policy.SOCKET_PROTOCOLS, errno.EPROTONOSUPPORT),
        bpf.returns(bpf.ALLOW),
    ]


def _options() -> List[bpf.Instruction]:
    """By level and name, answered as by a kernel that has no others."""
    body = [bpf.argument(1)]
    for level, names in syscall_policy.SOCKET_OPTIONS.items():
        branch = _option_in(names, syscall_policy.UNUSED_SOCKET_OPTIONS.get(level, ()))
        body += [(bpf.JUMP_EQUAL, 0, len(branch), level), *branch]
    return [*body, bpf.returns(bpf.refuse(errno.ENOPROTOOPT))]


def _option_in(allowed: Tuple[int, ...], unused: Tuple[int, ...]) -> List[bpf.Instruction]:
    """Allows some, and answers others as done without doing them."""
    body = [bpf.argument(2)]
    for left, value in zip(range(len(allowed) + len(unused), 0, -1), (*allowed, *unused)):
        body.append((bpf.JUMP_EQUAL, left + (value in unused), 0, value))
    body.append(bpf.returns(bpf.refuse(errno.ENOPROTOOPT)))
    body.append(bpf.returns(bpf.ALLOW))
    body.append(bpf.returns(bpf.refuse(0)))
    return body


def _all_options_but(refused: Iterable[Tuple[int, int]]) -> List[bpf.Instruction]:
    body = []
    for level, name in refused:
        body += [
            bpf.argument(1),
            (bpf.JUMP_EQUAL, 0, 3, level),
            bpf.argument(2),
            (bpf.JUMP_EQUAL, 0, 1, name),
            bpf.returns(bpf.refuse(errno.ENOPROTOOPT)),
        ]
    return [*body, bpf.returns(bpf.ALLOW)]


def _opening(index: int, refused: int) -> List[bpf.Instruction]:
    """Refuses ways that the host's disks would notice, as a file system that does not know them."""
    return [bpf.argument(index), (bpf.JUMP_BITS, 0, 1, refused), bpf.returns(bpf.refuse(errno.EINVAL))]


def _commands() -> List[bpf.Instruction]:
    """Of fcntl(2): its flags for a file are those of open(2)."""
    return [
        *bpf.unless_in(bpf.argument(1), syscall_policy.FCNTL_COMMANDS, errno.EPERM),
        (bpf.JUMP_EQUAL, 0, 2, F_SETFL),
        bpf.argument(2),
        (bpf.JUMP_BITS, 1, 0, syscall_policy.DIRECT),
        bpf.returns(bpf.ALLOW),
        bpf.returns(bpf.refuse(errno.EINVAL)),
    ]


def _own_clocks() -> List[bpf.Instruction]:
    return [
        bpf.argument(0),
        (bpf.JUMP_GREATER_OR_EQUAL, 1, 0, syscall_policy.FIRST_OWN_CLOCK),
        (bpf.JUMP_GREATER, 1, 0, syscall_policy.LAST_CLOCK),
        bpf.returns(bpf.ALLOW),
        bpf.returns(bpf.refuse(errno.EINVAL)),
    ]


def _children_and_threads() -> List[bpf.Instruction]:
    """A thread shares its process's table of open files: another one would be one more place to look into."""
    return [
        bpf.argument(0),
        (bpf.JUMP_BITS, 2, 0, ~syscall_policy.CLONE_FLAGS & WORD),
        (bpf.AND, 0, 0, CLONE_THREAD | CLONE_FILES),
        (bpf.JUMP_EQUAL, 0, 1, CLONE_THREAD),
        bpf.returns(bpf.refuse(errno.EPERM)),
        bpf.returns(bpf.ALLOW),
    ]


def _own_priority() -> List[bpf.Instruction]:
    return [
        *bpf.unless_in(bpf.argument(0), (PRIO_PROCESS,), errno.EPERM),
        *bpf.unless_in(bpf.argument(1), (0,), errno.EPERM),
        bpf.returns(bpf.ALLOW),
    ]


def _own_limits() -> List[bpf.Instruction]:
    """Reads its own limits and lowers them, but for that of core dumps: with 0 a piped core_pattern runs; core(5)."""
    new_limit = bpf.ARGUMENTS_OFFSET + 8 * 2
    return [
        *bpf.unless_in(bpf.argument(0), (0, OWN_PID), errno.EPERM),
        bpf.argument(1),
        (bpf.JUMP_EQUAL, 0, 4, RLIMIT_CORE),
        bpf.statement(bpf.LOAD_WORD, new_limit),
        (bpf.JUMP_EQUAL, 0, 3, 0),
        bpf.statement(bpf.LOAD_WORD, new_limit + 4),
        (bpf.JUMP_EQUAL, 0, 1, 0),
        bpf.returns(bpf.ALLOW),
        bpf.returns(bpf.refuse(errno.EPERM)),
    ]


def _strict_rules(landlock_version: int, owns_only_its_files: bool) -> Dict[str, List[bpf.Instruction]]:
    """The landlock tier; what an older Landlock lacks is closed here."""
    threads_only = [
        bpf.argument(0),
        (bpf.JUMP_BITS, 2, 0, ~syscall_policy.CLONE_FLAGS & WORD),
        (bpf.AND, 0, 0, CLONE_THREAD | CLONE_FILES),  # a table of open files of its own would have to be looked at, too
        (bpf.JUMP_EQUAL, 1, 0, CLONE_THREAD | CLONE_FILES),
        bpf.returns(bpf.refuse(errno.EPERM)),
        bpf.returns(bpf.ALLOW),
    ]
    # Only connected kinds: a datagram socket could be pointed at any other by its name.
    pairs = [
        bpf.argument(0),
        (bpf.JUMP_EQUAL, 0, 4, AF_UNIX),
        bpf.argument(1),
        (bpf.AND, 0, 0, SOCKET_KIND),
        (bpf.JUMP_EQUAL, 2, 0, SOCK_STREAM),
        (bpf.JUMP_EQUAL, 1, 0, SOCK_SEQPACKET),
        bpf.returns(bpf.refuse(errno.EPERM)),
        bpf.returns(bpf.ALLOW),
    ]
    rules = {name: bpf.refusing() for name in syscall_policy.STRICT_REFUSED.split()}
    pretended = set(syscall_policy.STRICT_PRETENDED.split())
    if owns_only_its_files:  # the kernel lets only the owner do these
        pretended -= set(syscall_policy.STRICT_OWNERS.split())
    rules.update({name: [bpf.returns(bpf.refuse(0))] for name in pretended})
    rules.update({name: [bpf.returns(bpf.refuse(errno.EOPNOTSUPP))] for name in syscall_policy.STRICT_UNSUPPORTED.split()})
    for name in syscall_policy.STRICT_OWN.split():
        rules[name] = bpf.argument_in(0, (0, OWN_PID), bpf.ALLOW, bpf.refuse(errno.EPERM))
    rules.update({name: _own_clocks() for name in syscall_policy.STRICT_CLOCKS.split()})
    for name in ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
        rules[name] = bpf.argument_in(0, (OWN_PID,), bpf.ALLOW, bpf.refuse(errno.EPERM))
    rules["execve"] = [bpf.returns(bpf.ALLOW)]  # until the second filter
    rules["seccomp"] = bpf.argument_in(0, (SECCOMP_SET_MODE_FILTER,), bpf.ALLOW, bpf.refuse(errno.ENOSYS))
    rules["clone"] = threads_only
    rules["socket"] = bpf.refusing()
    rules["socketpair"] = pairs
    rules["ioctl"] = bpf.argument_in(1, syscall_policy.STRICT_IOCTLS, bpf.ALLOW, bpf.refuse(errno.ENOTTY))
    rules["setpriority"] = rules["getpriority"] = _own_priority()
    # A folder that its owner may not read could be neither counted nor removed by a server that has the program's id.
    rules["mkdir"] = bpf.with_bits(1, syscall_policy.OWNERS_RIGHTS)
    rules["mkdirat"] = bpf.with_bits(2, syscall_policy.OWNERS_RIGHTS)
    rules["umask"] = bpf.without_bits(0, syscall_policy.OWNERS_RIGHTS)
    # As a kernel without it: a C library that asks for a thread by its number goes on then; pthread_getattr_np(3).
    rules["sched_getaffinity"] = bpf.argument_in(0, (0, OWN_PID), bpf.ALLOW, bpf.refuse(errno.ENOSYS))
    rules["sched_setaffinity"] = bpf.argument_in(0, (0,), bpf.ALLOW, bpf.refuse(errno.EPERM))
    # A file on the host's disk that gives whoever runs it another identity.
    for name, mode in syscall_policy.STRICT_MODES.items():
        if name not in pretended:
            rules[name] = bpf.without_bits(mode, syscall_policy.SET_IDS)
    rules["open"] = _known_opening(1, landlock_version)
    rules["openat"] = _known_opening(2, landlock_version)
    if landlock_version < TRUNCATE_VERSION:
        rules["truncate"] = bpf.refusing()
    return rules


def _known_opening(index: int, landlock_version: int) -> List[bpf.Instruction]:
    """Refuses to open files in ways that Landlock does not see as well, and to make set-id files; behind flags is the mode."""
    cuts = [  # a file without the right to write it
        (bpf.AND, 0, 0, os.O_TRUNC | os.O_ACCMODE),
        (bpf.JUMP_EQUAL, 2, 0, os.O_TRUNC | os.O_RDONLY),
    ]
    old = cuts if landlock_version < TRUNCATE_VERSION else []
    return [
        *_opening(index, syscall_policy.STRICT_DIRECT),
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


def _argument_rules(column: int, strict: Optional[int], owns_only_its_files: bool) -> Dict[int, List[bpf.Instruction]]:
    """Bodies for calls whose arguments decide."""
    rules = {
        "clone": _children_and_threads(),
        "clone3": [bpf.returns(bpf.refuse(errno.ENOSYS))],  # its flags lie in memory; libc falls back to clone
        "socket": _sockets(),
        "socketpair": bpf.argument_in(0, FAMILIES, bpf.ALLOW, bpf.refuse(errno.EAFNOSUPPORT)),
        "ioctl": [
            *bpf.unless_in(bpf.argument(1), (*syscall_policy.IOCTLS, *TERMINAL_TRICKS), errno.ENOTTY),
            *bpf.argument_in(1, TERMINAL_TRICKS, bpf.refuse(errno.EPERM), bpf.ALLOW),
        ],
        "setsockopt": _options(),
        "getsockopt": _all_options_but(syscall_policy.REFUSED_TO_GET),
        "membarrier": bpf.argument_in(0, syscall_policy.BARRIERS, bpf.ALLOW, bpf.refuse(errno.EINVAL)),
        "personality": bpf.argument_in(0, PERSONALITIES, bpf.ALLOW, bpf.refuse(errno.EPERM)),
        "prlimit64": _own_limits(),
        "setrlimit": bpf.argument_in(0, (RLIMIT_CORE,), bpf.refuse(errno.EPERM), bpf.ALLOW),
        "setpriority": bpf.argument_in(0, (PRIO_PROCESS,), bpf.ALLOW, bpf.refuse(errno.EPERM)),  # not of a user, who has other runs
        "fcntl": _commands(),
        "open": [*_opening(1, syscall_policy.DIRECT), bpf.returns(bpf.ALLOW)],
        "openat": [*_opening(2, syscall_policy.DIRECT), bpf.returns(bpf.ALLOW)],
        "close_range": bpf.argument_in(2, syscall_policy.CLOSE_RANGE_FLAGS, bpf.ALLOW, bpf.refuse(errno.EINVAL)),
        "openat2": [bpf.returns(bpf.refuse(errno.ENOSYS))],  # its flags lie in memory
        "preadv2": bpf.argument_in(5, syscall_policy.READ_FLAGS, bpf.ALLOW, bpf.refuse(errno.EOPNOTSUPP)),
        "pwritev2": bpf.argument_in(5, syscall_policy.WRITE_FLAGS, bpf.ALLOW, bpf.refuse(errno.EOPNOTSUPP)),
        "prctl": [
            *bpf.unless_in(bpf.argument(0), (*syscall_policy.PRCTL_OPTIONS, *syscall_policy.PRCTL_REFUSED), errno.EINVAL),
            *bpf.argument_in(0, syscall_policy.PRCTL_REFUSED, bpf.refuse(errno.EPERM), bpf.ALLOW),
        ],
        "madvise": bpf.argument_in(2, syscall_policy.MEMORY_ADVICE, bpf.ALLOW, bpf.refuse(errno.EINVAL)),
        "mmap": bpf.without_bits(3, syscall_policy.MAPPINGS_REFUSED),
    }
    rules.update({name: [bpf.returns(bpf.refuse(errno.EOPNOTSUPP))] for name in syscall_policy.UNSUPPORTED.split()})
    rules.update({name: [bpf.returns(bpf.refuse(0))] for name in syscall_policy.PRETENDED.split()})
    if strict is not None:
        rules.update(_strict_rules(strict, owns_only_its_files))
    numbered = {NUMBERS[name][column]: body for name, body in rules.items()}
    return {number: body for number, body in numbered.items() if number is not None}


def instructions(machine: str, strict: Optional[int] = None, owns_only_its_files: bool = False) -> List[bpf.Instruction]:
    """The whole filter for one architecture; strict is Landlock's version when that is the tier.

    `owns_only_its_files`: the program has a user id of its own, so whatever it may change by that is the run's.
    """
    column, architecture = ARCHITECTURES[machine]
    rules = _argument_rules(column, strict, owns_only_its_files)
    allowed = [n for n in _numbers(_names(syscall_policy.ALLOWED.values()), column) if n not in rules]
    denied = [n for n in _numbers(_names(syscall_policy.DENIED.values()), column) if n not in rules]
    code = [
        bpf.statement(bpf.LOAD_WORD, bpf.ARCHITECTURE_OFFSET),
        (bpf.JUMP_EQUAL, 1, 0, architecture),
        bpf.returns(bpf.KILL_PROCESS),
        bpf.statement(bpf.LOAD_WORD, bpf.NUMBER_OFFSET),
        (bpf.JUMP_GREATER_OR_EQUAL, 0, 1, X32_BIT),
        bpf.returns(bpf.refuse(errno.ENOSYS)),
    ]
    decisions = [bpf.Decision(number, number, body) for number, body in rules.items()]
    for numbers, action in ((allowed, bpf.ALLOW), (denied, bpf.refuse(errno.EPERM))):
        decisions += [bpf.Decision(first, last, [bpf.returns(action)]) for first, last in _ranges(numbers)]
    return code + bpf.decide(sorted(decisions), bpf.returns(bpf.refuse(errno.ENOSYS)))


def build(strict: Optional[int] = None, owns_only_its_files: bool = False) -> Filter:
    """The filter for this machine; raises KeyError on an architecture that the table does not know."""
    return _filter(instructions(syscalls.MACHINE, strict, owns_only_its_files))


def second() -> Filter:
    """In the landlock tier, the end of what the first one leaves to a child until its program begins: fresh.py."""
    column, _ = ARCHITECTURES[syscalls.MACHINE]
    refused = {"execve": bpf.refusing(), "seccomp": [bpf.returns(bpf.refuse(errno.ENOSYS))]}
    numbered = sorted((NUMBERS[name][column] or 0, body) for name, body in refused.items())
    decisions = [bpf.Decision(number, number, body) for number, body in numbered]
    return _filter([bpf.statement(bpf.LOAD_WORD, bpf.NUMBER_OFFSET), *bpf.decide(decisions, bpf.returns(bpf.ALLOW))])


def install(content: bytes) -> None:
    """A filter's instructions, in this process; needs no_new_privs."""
    column, _ = ARCHITECTURES[syscalls.MACHINE]
    memory = ctypes.create_string_buffer(content, len(content))
    program = _Program(len(content) // 8, ctypes.addressof(memory))
    syscalls.call("seccomp", NUMBERS["seccomp"][column] or 0, SECCOMP_SET_MODE_FILTER, 0, ctypes.byref(program))


def _filter(whole: List[bpf.Instruction]) -> Filter:
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in whole)
    memory = ctypes.create_string_buffer(code, len(code))
    own = [8 * i + 4 for i, (operation, _, _, value) in enumerate(whole) if operation == bpf.JUMP_EQUAL and value == OWN_PID]
    return Filter(memory, _Program(len(code) // 8, ctypes.addressof(memory)), own)
