"""Sessions of a run that keep processors busy, where no control group weighs the run as one.

There the kernel shares processors between sessions first, and a program may make as many as it may have processes;
sched(7), autogroups. Few are enough for whoever starts commands in sessions of their own, and those mostly wait.
"""

from __future__ import annotations

import contextlib
import math
import os
import time
from typing import Iterable, Set

from ..policy import policy

ENABLED = "/proc/sys/kernel/sched_autogroup_enabled"


def matters() -> bool:
    """Whether this kernel shares like that."""
    with contextlib.suppress(OSError):
        with open(ENABLED, encoding="ascii") as file:
            return file.read().strip() != "0"
    return False


class Crowd:
    """Too large when it is so at every look for a while."""

    def __init__(self) -> None:
        self._since = math.inf

    def is_too_large(self, pids: Iterable[int]) -> bool:
        now = time.monotonic()
        self._since = min(self._since, now) if len(_busy(pids)) > policy.BUSY_SESSIONS else math.inf
        return now - self._since >= policy.BUSY_SECONDS


def _busy(pids: Iterable[int]) -> Set[bytes]:
    """The sessions of processes of which a thread runs or waits for a processor; proc(5), /proc/pid/stat."""
    found = set()
    for pid in pids:
        with contextlib.suppress(OSError, IndexError):  # it has ended
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/stat", "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
                if fields[0] == b"R":
                    found.add(fields[3])
                    break
    return found
