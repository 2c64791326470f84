"""Landlock: which files may be opened how, independent of mounts and identities; landlock(7), linux/landlock.h."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Iterable, Optional, Tuple

from . import syscalls
from .syscall_batch import SyscallBatch

CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1

EXECUTE = 1 << 0
WRITE_FILE = 1 << 1
READ_FILE = 1 << 2
READ_DIR = 1 << 3
TRUNCATE = 1 << 14  # ABI 3
IOCTL_DEV = 1 << 15  # ABI 5

# What each ABI handles; a later kernel is used as the last one known here.
FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
BIND_TCP = 1 << 0  # ABI 4
CONNECT_TCP = 1 << 1
SCOPE_ABSTRACT_SOCKETS = 1 << 0  # ABI 6
SCOPE_SIGNALS = 1 << 1

EVERYTHING = (1 << 16) - 1
LOG_SAME_EXEC_OFF = 1
READ_ONLY = EXECUTE | READ_FILE | READ_DIR
DEVICE = READ_FILE | WRITE_FILE | IOCTL_DEV
FILE_ONLY = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV  # what a rule on something not a folder may hold


Rule = Tuple[str, int]  # a path and what is allowed beneath it


class Beneath(ctypes.Structure):
    """struct landlock_path_beneath_attr."""

    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


_newest = [sys.maxsize]


def use_at_most(abi: int) -> None:
    """This process and its forks do without what came later, as on an older kernel."""
    _newest[0] = abi


def version() -> int:
    """The kernel's ABI, 0 when it has no Landlock."""
    try:
        kernels = syscalls.call(
            "landlock_create_ruleset", syscalls.SYS_LANDLOCK_CREATE_RULESET, 0, 0, CREATE_RULESET_VERSION
        )
    except OSError:
        return 0
    return min(kernels, _newest[0])


def quietly(abi: int) -> int:
    """Flags of landlock_restrict_self(2): denials do not go to the host's audit log, which a program could flood."""
    return LOG_SAME_EXEC_OFF if abi >= 7 else 0


def build(abi: int, rules: Iterable[Rule]) -> int:
    """A ruleset's descriptor, which the caller owns; for children that have a network namespace of their own."""
    calls = SyscallBatch()
    attributes = _attributes(abi, close_network=False)
    made = syscalls.call(
        "landlock_create_ruleset",
        syscalls.SYS_LANDLOCK_CREATE_RULESET,
        ctypes.byref(attributes),
        ctypes.sizeof(attributes),
        0,
    )
    _add_rules(calls, made, abi, rules)
    calls.seal().run()
    return made


def add_calls(
    calls: SyscallBatch, descriptors: Tuple[int, int], abi: int, rules: Iterable[Rule], home: Optional[Beneath], own: Iterable[str]
) -> None:
    """How a child restricts itself for good; needs no_new_privs, and two numbers for descriptors.

    `home` is one more rule, whose folder becomes known in the child that has no network of its own; `own` are files to read that
    are others for each process.
    """
    descriptor, handle = descriptors
    attributes = _attributes(abi, close_network=home is not None)
    calls.add_at(descriptor, "landlock_create_ruleset", attributes, ctypes.sizeof(attributes), 0)
    _add_rules(calls, descriptor, abi, rules)
    for path in own:
        calls.add_at(handle, "openat", syscalls.AT_FDCWD, path.encode(), os.O_PATH)
        calls.add("landlock_add_rule", descriptor, RULE_PATH_BENEATH, Beneath(READ_FILE, handle), 0)
    if home is not None:
        home.allowed &= _rights(abi)
        calls.add("landlock_add_rule", descriptor, RULE_PATH_BENEATH, home, 0)
    calls.add("landlock_restrict_self", descriptor, quietly(abi))


def _add_rules(calls: SyscallBatch, ruleset: int, abi: int, rules: Iterable[Rule]) -> None:
    """Absent paths are left out; the handles of the others stay open in this process."""
    for path, allowed in rules:
        try:
            parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        calls.add("landlock_add_rule", ruleset, RULE_PATH_BENEATH, Beneath(allowed & _rights(abi), parent), 0)


def _rights(abi: int) -> int:
    return FILE_RIGHTS[min(abi, max(FILE_RIGHTS))]


def _attributes(abi: int, close_network: bool) -> ctypes.Array[ctypes.c_uint64]:
    """struct landlock_ruleset_attr, as long as this ABI knows it."""
    net = BIND_TCP | CONNECT_TCP if close_network else 0
    words = [_rights(abi), net, SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS]
    known = 3 if abi >= 6 else 2 if abi >= 4 else 1
    return (ctypes.c_uint64 * known)(*words[:known])
