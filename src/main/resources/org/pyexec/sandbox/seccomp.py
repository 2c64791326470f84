"""Turns the policy's lists of system calls into a BPF filter and installs it; seccomp(2), linux/filter.h.

The filter of a stage is built once, before any fork, and only installed per child. Order: foreign architectures are
killed, calls with arguments to look at come next, then the allowed numbers as ranges, then the refusals.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from typing import Dict, Iterable, List, NamedTuple, Set, Tuple

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
JUMP_EQUAL = 0x15
JUMP_GREATER = 0x25
JUMP_GREATER_OR_EQUAL = 0x35
JUMP_BITS = 0x45
RETURN = 0x06

# --- arguments that matter -------------------------------------------------------------------------------------------

NAMESPACE_FLAGS = (
    syscalls.CLONE_NEWNS
    | syscalls.CLONE_NEWCGROUP
    | syscalls.CLONE_NEWUTS
    | syscalls.CLONE_NEWIPC
    | syscalls.CLONE_NEWUSER
    | syscalls.CLONE_NEWPID
    | syscalls.CLONE_NEWNET
)
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


def _when_number(number: int, body: List[Instruction]) -> List[Instruction]:
    """Runs body for this number; body always returns."""
    return [(JUMP_EQUAL, 0, len(body), number), *body]


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


def _argument_rules(column: int) -> Dict[int, List[Instruction]]:
    """Bodies for calls whose arguments decide."""
    no_namespaces = [
        _argument(0),
        (JUMP_BITS, 0, 1, NAMESPACE_FLAGS),
        _statement(RETURN, refuse(errno.EPERM)),
        _statement(RETURN, ALLOW),
    ]
    rules = {
        "clone": no_namespaces,
        "clone3": [_statement(RETURN, refuse(errno.ENOSYS))],  # its flags lie in memory; libc falls back to clone
        "socket": _argument_in(0, FAMILIES, ALLOW, refuse(errno.EAFNOSUPPORT)),
        "socketpair": _argument_in(0, FAMILIES, ALLOW, refuse(errno.EAFNOSUPPORT)),
        "ioctl": _argument_in(1, TERMINAL_TRICKS, refuse(errno.EPERM), ALLOW),
        "personality": _argument_in(0, PERSONALITIES, ALLOW, refuse(errno.EPERM)),
        "prlimit64": _argument_in(0, (0,), ALLOW, refuse(errno.EPERM)),  # only its own
    }
    numbered = {NUMBERS[name][column]: body for name, body in rules.items()}
    return {number: body for number, body in numbered.items() if number is not None}


def _range_checks(ranges: List[Tuple[int, int]], action: int) -> List[Instruction]:
    code: List[Instruction] = []
    for low, high in ranges:
        if low == high:
            code.append((JUMP_EQUAL, 0, 1, low))
        else:
            code.append((JUMP_GREATER_OR_EQUAL, 0, 2, low))
            code.append((JUMP_GREATER, 1, 0, high))
        code.append(_statement(RETURN, action))
    return code


def instructions(machine: str) -> List[Instruction]:
    """The whole filter for one architecture."""
    column, architecture = ARCHITECTURES[machine]
    rules = _argument_rules(column)
    allowed = [n for n in _numbers(_names(policy.ALLOWED.values()), column) if n not in rules]
    denied = _numbers(_names(policy.DENIED.values()), column)
    code = [
        _statement(LOAD_WORD, ARCHITECTURE_OFFSET),
        (JUMP_EQUAL, 1, 0, architecture),
        _statement(RETURN, KILL_PROCESS),
        _statement(LOAD_WORD, NUMBER_OFFSET),
        (JUMP_GREATER_OR_EQUAL, 0, 1, X32_BIT),
        _statement(RETURN, refuse(errno.ENOSYS)),
    ]
    for number, body in rules.items():
        code += _when_number(number, body)
    code += _range_checks(_ranges(allowed), ALLOW)
    code += _range_checks(_ranges(denied), refuse(errno.EPERM))
    code.append(_statement(RETURN, refuse(errno.ENOSYS)))
    return code


def build() -> Filter:
    """The filter for this machine; raises KeyError on an architecture that the table does not know."""
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions(syscalls.MACHINE))
    memory = ctypes.create_string_buffer(code, len(code))
    return Filter(memory, _Program(len(code) // 8, ctypes.addressof(memory)))


def install(wanted: Filter) -> None:
    """Puts the filter on the calling process for good; needs no_new_privs."""
    syscalls.call("seccomp", syscalls.SYS_SECCOMP, SECCOMP_SET_MODE_FILTER, 0, ctypes.byref(wanted.program))
