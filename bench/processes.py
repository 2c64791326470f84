"""What the kernel says about a process and everything below it."""

from __future__ import annotations

import os
from typing import Dict, Iterator, List, NamedTuple, Tuple

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Memory(NamedTuple):
    """Proportional set sizes in MB, of so many processes; those that this user may not look into are missing."""

    megabytes: float
    root: float  # of that, the first process
    processes: int
    hidden: int


def family(root: int) -> Iterator[Tuple[int, int]]:
    """The process and its descendants, each with its distance."""
    children: Dict[int, List[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                children.setdefault(int(_stat(int(entry))[1]), []).append(int(entry))
            except OSError:
                continue
    waiting = [(root, 0)]
    while waiting:
        pid, depth = waiting.pop()
        yield pid, depth
        waiting += [(child, depth + 1) for child in children.get(pid, [])]


def processor_seconds(root: int) -> float:
    """User and system time of the process and everything below it, the dead that were waited for included."""
    ticks = 0
    for pid, _ in family(root):
        try:
            ticks += sum(map(int, _stat(pid)[11:15]))
        except OSError:
            continue
    return ticks / _TICKS_PER_SECOND


def private_megabytes(pid: int) -> float:
    return _rollup(pid, "Private_")


def private_megabytes_below(root: int) -> float:
    """Of all descendants together, as far as this user may look into them."""
    total = 0.0
    for pid, depth in family(root):
        try:
            total += private_megabytes(pid) if depth else 0
        except OSError:
            continue
    return total


def memory(root: int) -> Memory:
    sizes: Dict[int, float] = {}
    hidden = 0
    for pid, _ in family(root):
        try:
            sizes[pid] = _rollup(pid, "Pss:")
        except PermissionError:
            hidden += 1
        except OSError:
            continue
    return Memory(sum(sizes.values()), sizes.get(root, 0), len(sizes), hidden)


def _stat(pid: int) -> List[str]:
    """The fields of proc_pid_stat(5) after the name: [0] is the state, [1] the parent."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
        return stat.read().rpartition(")")[2].split()


def _rollup(pid: int, key: str) -> float:
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        return sum(int(line.split()[1]) for line in rollup if line.startswith(key)) / 1024
