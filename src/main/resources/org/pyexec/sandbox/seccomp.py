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

from . import policy, syscalls
from .syscall_table import NUMBERS

# --- linux/seccomp.h, linux/audit.h, linux/bpf_common.h --------------------------------------------------------------

SECCOMP_SET_MODE_FILTER = 1
KILL_PROCESS = 0x80000000
ERRNO = 0x00050000
ALLOW = 0x7FFF0000

ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column of the table, AUDIT_ARCH
X32_BIT = 0x40000000

NUMBER_OFFSET = 0  # struct seccomp_data
ARCHITECTURE_OFFSET = 4
ARGUMENTS_OFFSET = 16

LOAD_WORD = 0x20
JUMP = 0x05
JUMP_EQUAL = 0x15
JUMP_GREATER = 0x25
JUMP_GREATER_OR_EQUAL = 0x35
JUMP_BITS = 0x45
AND = 0x54
RETURN = 0x06
FARTHEST = 255  # that a conditional jump goes

# --- arguments that matter -------------------------------------------------------------------------------------------

WORD = 0xFFFFFFFF
CLONE_FILES = 0x400
CLONE_THREAD = 0x10000
MAP_HUGETLB = 0x40000
AF_UNIX = 1
SOL_SOCKET = 1
SOCK_STREAM = 1
SOCK_SEQPACKET = 5
SOCKET_KIND = 0xF  # without SOCK_NONBLOCK and SOCK_CLOEXEC
OWN_PID = 0xFFFFFFF0  # stands for the child's process id until it installs the filter
PRIO_PROCESS = 0
RLIMIT_CORE = 4
SECCOMP_FILTER_FLAG_NEW_LISTENER = 8
TRUNCATE_VERSION = 3
NEITHER_READ_NOR_WRITE = 3  # as an access mode: Landlock finds nothing to check, and O_TRUNC cuts all the same; open(2)
FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6: no netlink, packet, vsock, algorithms, Bluetooth
TERMINAL_TRICKS = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: put words into a terminal's mouth
PERSONALITIES = (0xFFFFFFFF, 0)  # ask, and the plain one

Instruction = Tuple[int, int, int, int]


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


class Filter(NamedTuple):
    """A filter ready to be installed; keeps the memory that the kernel reads."""

    instructions: ctypes.Array
    program: _Program
    own_pid_at: List[int]  # byte offsets at which the child writes its process id

    def know_own_pid(self) -> None:
        """In the child, before it installs the filter."""
        for offset in self.own_pid_at:
            struct.pack_into("=I", self.instructions, offset, os.getpid())


def refuse(number: int) -> int:
    return ERRNO | number


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


def _statement(code: int, value: int) -> Instruction:
    return (code, 0, 0, value)


def _refusing() -> List[Instruction]:
    return [_statement(RETURN, refuse(errno.EPERM))]


def _argument(index: int) -> Instruction:
    return _statement(LOAD_WORD, ARGUMENTS_OFFSET + 8 * index)


def _argument_in(index: int, values: Tuple[int, ...], inside: int, outside: int) -> List[Instruction]:
    """Returns `inside` when the low word of the argument is one of values, else `outside`."""
    body = [_argument(index)]
    for left, value in zip(range(len(values), 0, -1), values):
        body.append((JUMP_EQUAL, left, 0, value))
    body.append(_statement(RETURN, outside))
    body.append(_statement(RETURN, inside))
    return body


def _without_bits(index: int, bits: int) -> List[Instruction]:
    return [
        _argument(index),
        (JUMP_BITS, 0, 1, bits),
        _statement(RETURN, refuse(errno.EPERM)),
        _statement(RETURN, ALLOW),
    ]


def _with_bits(index: int, bits: int) -> List[Instruction]:
    return [
        _argument(index),
        (AND, 0, 0, bits),
        (JUMP_EQUAL, 1, 0, bits),
        _statement(RETURN, refuse(errno.EPERM)),
        _statement(RETURN, ALLOW),
    ]


def _sockets() -> List[Instruction]:
    """Families, types and protocols that programs need."""
    return [
        *_unless_in(_argument(0), FAMILIES, errno.EAFNOSUPPORT),
        *_unless_in(_argument(1), policy.SOCKET_TYPES, errno.EPROTONOSUPPORT, mask=SOCKET_KIND),
        *_unless_in(_argument(2), policy.SOCKET_PROTOCOLS, errno.EPROTONOSUPPORT),
        _statement(RETURN, ALLOW),
    ]


def _options() -> List[Instruction]:
    """By level and name, answered as by a kernel that has no others."""
    body = [_argument(1)]
    for level, names in policy.SOCKET_OPTIONS.items():
        branch = _option_in(names, policy.UNUSED_SOCKET_OPTIONS.get(level, ()))
        body += [(JUMP_EQUAL, 0, len(branch), level), *branch]
    return [*body, _statement(RETURN, refuse(errno.ENOPROTOOPT))]


def _option_in(allowed: Tuple[int, ...], unused: Tuple[int, ...]) -> List[Instruction]:
    """Allows some, and answers others as done without doing them."""
    body = [_argument(2)]
    for left, value in zip(range(len(allowed) + len(unused), 0, -1), (*allowed, *unused)):
        body.append((JUMP_EQUAL, left + (value in unused), 0, value))
    body.append(_statement(RETURN, refuse(errno.ENOPROTOOPT)))
    body.append(_statement(RETURN, ALLOW))
    body.append(_statement(RETURN, refuse(0)))
    return body


def _all_options_but(level: int, name: int) -> List[Instruction]:
    return [
        _argument(1),
        (JUMP_EQUAL, 0, 3, level),
        _argument(2),
        (JUMP_EQUAL, 0, 1, name),
        _statement(RETURN, refuse(errno.ENOPROTOOPT)),
        _statement(RETURN, ALLOW),
    ]


def _unless_in(load: Instruction, values: Tuple[int, ...], error: int, mask: int = 0) -> List[Instruction]:
    """Refuses what is not one of values, and goes on with the others."""
    body = [load, (AND, 0, 0, mask)] if mask else [load]
    for left, value in zip(range(len(values), 0, -1), values):
        body.append((JUMP_EQUAL, left, 0, value))
    body.append(_statement(RETURN, refuse(error)))
    return body


def _own_priority() -> List[Instruction]:
    return [
        *_unless_in(_argument(0), (PRIO_PROCESS,), errno.EPERM),
        *_unless_in(_argument(1), (0,), errno.EPERM),
        _statement(RETURN, ALLOW),
    ]


def _own_limits() -> List[Instruction]:
    """Reads its own limits and lowers them, but for that of core dumps: with 0 a piped core_pattern runs; core(5)."""
    new_limit = ARGUMENTS_OFFSET + 8 * 2
    return [
        *_unless_in(_argument(0), (0,), errno.EPERM),
        _argument(1),
        (JUMP_EQUAL, 0, 4, RLIMIT_CORE),
        _statement(LOAD_WORD, new_limit),
        (JUMP_EQUAL, 0, 3, 0),
        _statement(LOAD_WORD, new_limit + 4),
        (JUMP_EQUAL, 0, 1, 0),
        _statement(RETURN, ALLOW),
        _statement(RETURN, refuse(errno.EPERM)),
    ]


def _strict_rules(landlock_version: int) -> Dict[str, List[Instruction]]:
    """The landlock tier; what an older Landlock lacks is closed here."""
    threads_only = [
        _argument(0),
        (JUMP_BITS, 2, 0, ~policy.CLONE_FLAGS & WORD),
        (AND, 0, 0, CLONE_THREAD | CLONE_FILES),  # a table of open files of its own would have to be looked at, too
        (JUMP_EQUAL, 1, 0, CLONE_THREAD | CLONE_FILES),
        _statement(RETURN, refuse(errno.EPERM)),
        _statement(RETURN, ALLOW),
    ]
    # Only connected kinds: a datagram socket could be pointed at any other by its name.
    pairs = [
        _argument(0),
        (JUMP_EQUAL, 0, 4, AF_UNIX),
        _argument(1),
        (AND, 0, 0, SOCKET_KIND),
        (JUMP_EQUAL, 2, 0, SOCK_STREAM),
        (JUMP_EQUAL, 1, 0, SOCK_SEQPACKET),
        _statement(RETURN, refuse(errno.EPERM)),
        _statement(RETURN, ALLOW),
    ]
    rules = {name: _refusing() for name in policy.STRICT_REFUSED.split()}
    rules.update({name: [_statement(RETURN, refuse(0))] for name in policy.STRICT_PRETENDED.split()})
    for name in ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
        rules[name] = _argument_in(0, (OWN_PID,), ALLOW, refuse(errno.EPERM))
    rules["clone"] = threads_only
    rules["socket"] = _refusing()
    rules["socketpair"] = pairs
    rules["ioctl"] = _argument_in(1, policy.STRICT_IOCTLS, ALLOW, refuse(errno.ENOTTY))
    rules["setpriority"] = _own_priority()
    # A folder that its owner may not read could be neither counted nor removed by a server that has the program's id.
    rules["mkdir"] = _with_bits(1, policy.OWNERS_RIGHTS)
    rules["mkdirat"] = _with_bits(2, policy.OWNERS_RIGHTS)
    rules["umask"] = _without_bits(0, policy.OWNERS_RIGHTS)
    rules["sched_setaffinity"] = _argument_in(0, (0,), ALLOW, refuse(errno.EPERM))
    rules["openat2"] = [_statement(RETURN, refuse(errno.ENOSYS))]  # its flags lie in memory
    rules["open"] = _known_opening(1, landlock_version)
    rules["openat"] = _known_opening(2, landlock_version)
    if landlock_version < TRUNCATE_VERSION:
        rules["truncate"] = _refusing()
    return rules


def _known_opening(index: int, landlock_version: int) -> List[Instruction]:
    """Refuses to open files in ways that Landlock does not see."""
    old = [
        (AND, 0, 0, os.O_TRUNC | os.O_ACCMODE),
        (JUMP_EQUAL, 2, 0, os.O_TRUNC | os.O_RDONLY),  # cuts a file without the right to write it
    ]
    return [
        _argument(index),
        *(old if landlock_version < TRUNCATE_VERSION else []),
        (AND, 0, 0, os.O_ACCMODE),
        (JUMP_EQUAL, 0, 1, NEITHER_READ_NOR_WRITE),
        _statement(RETURN, refuse(errno.EPERM)),
        _statement(RETURN, ALLOW),
    ]


def _argument_rules(column: int, strict: Optional[int]) -> Dict[int, List[Instruction]]:
    """Bodies for calls whose arguments decide."""
    rules = {
        "clone": _without_bits(0, ~policy.CLONE_FLAGS & WORD),
        "clone3": [_statement(RETURN, refuse(errno.ENOSYS))],  # its flags lie in memory; libc falls back to clone
        "socket": _sockets(),
        "socketpair": _argument_in(0, FAMILIES, ALLOW, refuse(errno.EAFNOSUPPORT)),
        "ioctl": [
            *_unless_in(_argument(1), (*policy.IOCTLS, *TERMINAL_TRICKS), errno.ENOTTY),
            *_argument_in(1, TERMINAL_TRICKS, refuse(errno.EPERM), ALLOW),
        ],
        "setsockopt": _options(),
        "getsockopt": _all_options_but(SOL_SOCKET, policy.PEER_PIDFD),
        "membarrier": _argument_in(0, policy.BARRIERS, ALLOW, refuse(errno.EINVAL)),
        "personality": _argument_in(0, PERSONALITIES, ALLOW, refuse(errno.EPERM)),
        "prlimit64": _own_limits(),
        "setrlimit": _argument_in(0, (RLIMIT_CORE,), refuse(errno.EPERM), ALLOW),
        "setpriority": _argument_in(0, (PRIO_PROCESS,), ALLOW, refuse(errno.EPERM)),  # not of a user, who has other runs
        "fcntl": _argument_in(1, policy.FCNTL_COMMANDS, ALLOW, refuse(errno.EPERM)),
        "seccomp": _without_bits(1, SECCOMP_FILTER_FLAG_NEW_LISTENER),  # or calls of its own could wait for its answers
        # It ends with its zygote; and the supervisor looks into it, perhaps as its equal.
        "prctl": _argument_in(0, (syscalls.PR_SET_PDEATHSIG, syscalls.PR_SET_DUMPABLE), refuse(errno.EPERM), ALLOW),
        "mmap": _without_bits(3, MAP_HUGETLB),  # from a pool of the host's, counted by nothing; mmap(2)
    }
    if strict is not None:
        rules.update(_strict_rules(strict))
    numbered = {NUMBERS[name][column]: body for name, body in rules.items()}
    return {number: body for number, body in numbered.items() if number is not None}


class Decision(NamedTuple):
    """For all numbers from the first to the last: a body that always returns."""

    first: int
    last: int
    body: List[Instruction]


def _decide(decisions: List[Decision], otherwise: Instruction) -> List[Instruction]:
    """A binary search: the kernel goes through the filter once per known number when it is installed, as often as we fork."""
    if len(decisions) > 1:
        middle = len(decisions) // 2
        left, right = _decide(decisions[:middle], otherwise), _decide(decisions[middle:], otherwise)
        first = decisions[middle].first
        if len(left) <= FARTHEST:
            return [(JUMP_GREATER_OR_EQUAL, len(left), 0, first), *left, *right]
        return [(JUMP_GREATER_OR_EQUAL, 0, 1, first), (JUMP, 0, 0, len(left)), *left, *right]
    (one,) = decisions
    if one.first == one.last:
        return [(JUMP_EQUAL, 1, 0, one.first), otherwise, *one.body]
    return [(JUMP_GREATER_OR_EQUAL, 0, 1, one.first), (JUMP_GREATER, 0, 1, one.last), otherwise, *one.body]


def instructions(machine: str, strict: Optional[int] = None) -> List[Instruction]:
    """The whole filter for one architecture; strict is Landlock's version when that is the tier."""
    column, architecture = ARCHITECTURES[machine]
    rules = _argument_rules(column, strict)
    allowed = [n for n in _numbers(_names(policy.ALLOWED.values()), column) if n not in rules]
    denied = [n for n in _numbers(_names(policy.DENIED.values()), column) if n not in rules]
    code = [
        _statement(LOAD_WORD, ARCHITECTURE_OFFSET),
        (JUMP_EQUAL, 1, 0, architecture),
        _statement(RETURN, KILL_PROCESS),
        _statement(LOAD_WORD, NUMBER_OFFSET),
        (JUMP_GREATER_OR_EQUAL, 0, 1, X32_BIT),
        _statement(RETURN, refuse(errno.ENOSYS)),
    ]
    decisions = [Decision(number, number, body) for number, body in rules.items()]
    for numbers, action in ((allowed, ALLOW), (denied, refuse(errno.EPERM))):
        decisions += [Decision(first, last, [_statement(RETURN, action)]) for first, last in _ranges(numbers)]
    return code + _decide(sorted(decisions), _statement(RETURN, refuse(errno.ENOSYS)))


def build(strict: Optional[int] = None) -> Filter:
    """The filter for this machine; raises KeyError on an architecture that the table does not know."""
    whole = instructions(syscalls.MACHINE, strict)
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in whole)
    memory = ctypes.create_string_buffer(code, len(code))
    own = [8 * i + 4 for i, (operation, _, _, value) in enumerate(whole) if operation == JUMP_EQUAL and value == OWN_PID]
    return Filter(memory, _Program(len(code) // 8, ctypes.addressof(memory)), own)
