"""What a run holds of the kernel's by its open files: locks, what its instances of epoll watch, and descriptors on their way.

No control group counts locks of files, which are as many as a file has bytes. What epoll watches is counted for the user, who
may have other runs, and the server: fs.epoll.max_user_watches. What is on its way in a socket is in no table where it could be
found. All of it stands in proc(5), /proc/pid/fdinfo.
"""

from __future__ import annotations

import os
import re
import resource
from typing import Dict, Iterable, Iterator, List

from . import processes
from ..policy import policy

LIMITS = {"locks": 1024, "watches": 32768, "descriptors": 64}
DESCRIPTORS = 1024  # that one look goes through; the next one goes on from there
MOST_BYTES = 4 << 20  # of what stands there about them
SPARE_FILES = 512  # that programs may have fewer open than whoever sends descriptors for them
_ON_THEIR_WAY = re.compile(rb"^scm_fds: *(\d+)", re.MULTILINE)


class Holdings:
    """Of one run, at which is looked again and again."""

    def __init__(self) -> None:
        self._next = 0
        self._found = dict.fromkeys(LIMITS, 0)

    def passed(self, pids: Iterable[int]) -> str:
        """Which limit; empty when none. `pids`: of each process one thread that has not ended. Raises OSError."""
        paths = [path for pid in pids for path in _descriptors(pid)]
        if self._next >= len(paths):
            self._next = 0
            self._found = dict.fromkeys(LIMITS, 0)
        left = MOST_BYTES
        for path in self._turn(paths):
            told = processes.read(path, left)
            left -= len(told)
            self._found["locks"] += told.count(b"\nlock:")
            self._found["watches"] += told.count(b"\ntfd:")
            self._found["descriptors"] += sum(map(int, _ON_THEIR_WAY.findall(told)))
            passed = next((limit for limit, most in LIMITS.items() if self._found[limit] > most), "")
            if passed or left <= 0:
                return passed or "locks"
        return ""

    def _turn(self, paths: List[str]) -> Iterator[str]:
        begin = self._next
        self._next = begin + DESCRIPTORS
        return iter(paths[begin : self._next])


def open_files() -> int:
    """How many descriptors a process of a program may have.

    Of one user no more may be on their way than whoever sends the next one may have open; unix(7), ETOOMANYREFS.
    """
    _, ours = resource.getrlimit(resource.RLIMIT_NOFILE)
    return policy.OPEN_FILES if ours == resource.RLIM_INFINITY else min(policy.OPEN_FILES, max(ours // 2, ours - SPARE_FILES))


def sentence(limit: str) -> str:
    """For whoever has passed it."""
    sentences: Dict[str, str] = {
        "locks": "locks of files",
        "watches": "descriptors that epoll watches",
        "descriptors": "descriptors on their way in sockets",
    }
    return f"Limit of {LIMITS[limit]} {sentences[limit]} exceeded"


def _descriptors(pid: int) -> List[str]:
    """All threads of a process have the same: the filter sees to that."""
    try:
        return [f"/proc/{pid}/fdinfo/{descriptor}" for descriptor in os.listdir(f"/proc/{pid}/fdinfo")]
    except (FileNotFoundError, ProcessLookupError):
        return []
