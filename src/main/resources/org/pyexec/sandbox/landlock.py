"""Landlock: which files may be opened how, independent of mounts and identities; landlock(7), linux/landlock.h."""

from __future__ import annotations

import ctypes
import os
from typing import Iterable, Tuple

from . import syscalls

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
READ_ONLY = EXECUTE | READ_FILE | READ_DIR
DEVICE = READ_FILE | WRITE_FILE | IOCTL_DEV
FILE_ONLY = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV  # what a rule on something not a folder may hold


class _Ruleset(ctypes.Structure):
    """struct landlock_ruleset_attr."""

    _fields_ = [("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    """struct landlock_path_beneath_attr."""

    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def version() -> int:
    """The kernel's ABI, 0 when it has no Landlock."""
    try:
        return syscalls.call(
            "landlock_create_ruleset", syscalls.SYS_LANDLOCK_CREATE_RULESET, 0, 0, CREATE_RULESET_VERSION
        )
    except OSError:
        return 0


def build(abi: int, paths: Iterable[Tuple[str, int]], close_network: bool) -> int:
    """A ruleset's descriptor, which the caller owns. Absent paths are left out."""
    rights = FILE_RIGHTS[min(abi, max(FILE_RIGHTS))]
    ruleset = _create(abi, rights, close_network)
    for path, allowed in paths:
        _allow(ruleset, path, allowed & rights)
    return ruleset


def restrict(ruleset: int) -> None:
    """Restricts the calling process to what the ruleset allows for good; needs no_new_privs."""
    syscalls.call("landlock_restrict_self", syscalls.SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0)


def _create(abi: int, rights: int, close_network: bool) -> int:
    attributes = _Ruleset(rights, 0, 0)
    size = 8
    if abi >= 4:
        size = 16
        attributes.net = BIND_TCP | CONNECT_TCP if close_network else 0
    if abi >= 6:
        size = 24
        attributes.scoped = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS
    return syscalls.call(
        "landlock_create_ruleset", syscalls.SYS_LANDLOCK_CREATE_RULESET, ctypes.byref(attributes), size, 0
    )


def _allow(ruleset: int, path: str, allowed: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = _Beneath(allowed, parent)
        syscalls.call(
            "landlock_add_rule",
            syscalls.SYS_LANDLOCK_ADD_RULE,
            ruleset,
            RULE_PATH_BENEATH,
            ctypes.byref(rule),
            0,
        )
    finally:
        os.close(parent)
