"""What a run holds of the kernel's by its open files: locks, and what its instances of epoll watch.

No control group counts locks of files, which are as many as a file has bytes. What epoll watches is counted for the user, who
may have other runs, and the server: fs.epoll.max_user_watches. Both stand in proc(5), /proc/pid/fdinfo.
"""

from __future__ import annotations

import os
from typing import Iterable, Iterator, List

from . import processes

MOST_LOCKS = 1024
MOST_WATCHES = 32768
DESCRIPTORS = 1024  # that one look goes through; the next one goes on from there
MOST_BYTES = 4 << 20  # of what stands there about them


class Holdings:
    """Of one run, at which is looked again and again."""

    def __init__(self) -> None:
        self._next = 0

    def passed(self, pids: Iterable[int]) -> str:
        """Which limit: locks or watches; empty when none. `pids`: of each process one thread that has not ended. Raises OSError."""
        locks = watches = 0
        left = MOST_BYTES
        for path in self._turn([path for pid in pids for path in _descriptors(pid)]):
            told = processes.read(path, left)
            left -= len(told)
            locks += told.count(b"\nlock:")
            watches += told.count(b"\ntfd:")
            if locks > MOST_LOCKS or left <= 0:
                return "locks"
            if watches > MOST_WATCHES:
                return "watches"
        return ""

    def _turn(self, paths: List[str]) -> Iterator[str]:
        if len(paths) <= DESCRIPTORS:
            return iter(paths)
        first = self._next % len(paths)
        self._next = first + DESCRIPTORS
        return iter((paths[first:] + paths[:first])[:DESCRIPTORS])


def _descriptors(pid: int) -> List[str]:
    """All threads of a process have the same: the filter sees to that."""
    try:
        return [f"/proc/{pid}/fdinfo/{descriptor}" for descriptor in os.listdir(f"/proc/{pid}/fdinfo")]
    except (FileNotFoundError, ProcessLookupError):
        return []
