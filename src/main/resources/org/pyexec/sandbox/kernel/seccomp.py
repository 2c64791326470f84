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

from . import bpf, seccomp_rules, seccomp_strict, syscalls
from ..policy import syscall_policy
from .seccomp_rules import OWN_PID
from .syscall_table import NUMBERS

# --- linux/seccomp.h, linux/audit.h ------------------------------------------------------------------------------------

ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column of the table, AUDIT_ARCH
X32_BIT = 0x40000000


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


class Filter(NamedTuple):
    """A filter ready to be installed; keeps the memory that the kernel reads."""

    instructions: ctypes.Array[ctypes.c_char]
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


def _by_number(column: int, strict: Optional[int], owns_only_its_files: bool) -> Dict[int, List[bpf.Instruction]]:
    """Bodies for calls whose arguments decide."""
    rules = seccomp_rules.usual()
    if strict is not None:
        rules.update(seccomp_strict.rules(strict, owns_only_its_files))
    numbered = {NUMBERS[name][column]: body for name, body in rules.items()}
    return {number: body for number, body in numbered.items() if number is not None}


def instructions(machine: str, strict: Optional[int] = None, owns_only_its_files: bool = False) -> List[bpf.Instruction]:
    """The whole filter for one architecture; strict is Landlock's version when that is the tier.

    `owns_only_its_files`: the program has a user id of its own, so whatever it may change by that is the run's.
    """
    column, architecture = ARCHITECTURES[machine]
    rules = _by_number(column, strict, owns_only_its_files)
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
    syscalls.call("seccomp", NUMBERS["seccomp"][column] or 0, bpf.SECCOMP_SET_MODE_FILTER, 0, ctypes.byref(program))


def _filter(whole: List[bpf.Instruction]) -> Filter:
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in whole)
    memory = ctypes.create_string_buffer(code, len(code))
    own = [8 * i + 4 for i, (operation, _, _, value) in enumerate(whole) if operation == bpf.JUMP_EQUAL and value == OWN_PID]
    return Filter(memory, _Program(len(code) // 8, ctypes.addressof(memory)), own)
