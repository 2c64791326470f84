"""What decides about system calls whose arguments matter, as pieces of a BPF filter; seccomp.py puts them together."""

from __future__ import annotations

import errno
from typing import Dict, Iterable, List, Tuple

from . import bpf
from ..policy import syscall_policy

# --- arguments that matter -------------------------------------------------------------------------------------------

WORD = 0xFFFFFFFF
CLONE_FILES = 0x400
CLONE_THREAD = 0x10000
F_SETFL = 4
SOCKET_KIND = 0xF  # without SOCK_NONBLOCK and SOCK_CLOEXEC
OWN_PID = 0xFFFFFFF0  # stands for the child's process id until it installs the filter
PRIO_PROCESS = 0
RLIMIT_CORE = 4
FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6: no netlink, packet, vsock, algorithms, Bluetooth
TERMINAL_TRICKS = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: put words into a terminal's mouth
PERSONALITIES = (0xFFFFFFFF, 0)  # ask, and the plain one


def usual() -> Dict[str, List[bpf.Instruction]]:
    """Bodies for calls whose arguments decide, by the calls' names."""
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
        "open": [*opening(1, syscall_policy.DIRECT), bpf.returns(bpf.ALLOW)],
        "openat": [*opening(2, syscall_policy.DIRECT), bpf.returns(bpf.ALLOW)],
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
    return rules


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


def opening(index: int, refused: int) -> List[bpf.Instruction]:
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


def own_clocks() -> List[bpf.Instruction]:
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


def own_priority() -> List[bpf.Instruction]:
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
