"""How much memory there is: the machine's, or what the groups leave that this process is in."""

from __future__ import annotations

import os
from typing import Dict, List

LIMITS = ("memory.limit_in_bytes", "memory.max")  # of version 1 and 2


def memory(group: str) -> int:
    """Bytes that a process in this group can have at most; `group` is its folder, where the limits are."""
    limits = [_limit(f"{folder}/{name}") for folder in _upwards(group) for name in LIMITS]
    return min([_of_the_machine()["MemTotal"], *(limit for limit in limits if limit)])


def free(group: str) -> int:
    """Bytes of that which nobody needs just now; proc(5), MemAvailable."""
    return min(_of_the_machine()["MemAvailable"], memory(group))


def _of_the_machine() -> Dict[str, int]:
    with open("/proc/meminfo", encoding="ascii") as file:
        lines = [line.split() for line in file]
    return {line[0].rstrip(":"): int(line[1]) << 10 for line in lines if line[-1] == "kB"}


def _limit(path: str) -> int:
    """0 where there is none."""
    try:
        with open(path, encoding="ascii") as file:
            text = file.read().strip()
    except OSError:
        return 0
    return int(text) if text.isdigit() else 0


def _upwards(group: str) -> List[str]:
    """It and the groups above, as far as they are mounted."""
    found = []
    while os.path.exists(f"{group}/cgroup.procs"):
        found.append(group)
        group = os.path.dirname(group)
    return found
