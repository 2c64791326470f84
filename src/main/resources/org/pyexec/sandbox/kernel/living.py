"""Folders that belong to a process while it lives, told apart from those of dead ones by a lock that ends with it.

A process id says too little: another container may use the same folder and have process ids of its own; flock(2).
"""

from __future__ import annotations

import contextlib
import fcntl
import os


def claim(path: str) -> int:
    """A descriptor that holds the folder for as long as it is open; raises OSError, BlockingIOError when somebody else has it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def is_dead(pid: str, path: str) -> bool:
    """Whether its owner is certainly gone: no process here has his id, and nobody anywhere holds the folder."""
    if os.path.exists(f"/proc/{pid}"):
        return False
    with contextlib.suppress(OSError):
        os.close(claim(path))
        return True
    return False
