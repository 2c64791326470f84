"""Version 2 of control groups gives controllers only to groups below one that has no processes itself, unless it is the topmost.

Where only this server's processes are in its group, they are moved into a leaf of it; cgroups(7).
"""

from __future__ import annotations

import errno
import os
from typing import Tuple

from . import hierarchy
from .hierarchy import PROCESSES, NotPossible

OWN_LEAF = "pyexec-server"
ATTEMPTS = 20  # to move a server that starts processes meanwhile
SERVER_WEIGHT = 1000  # ten times the usual weight, which all runs together have


def enable(own: str) -> Tuple[str, bool]:
    """Makes memory and pids available below a group, and cpu where that is possible: not every service gets it.

    The group below which others can be made, and whether cpu is among its controllers. Raises OSError, NotPossible.
    """
    if os.path.basename(own) == OWN_LEAF:
        own = os.path.dirname(own)  # another supervisor of this server has moved it
    hierarchy.clear_dead(own)
    has_shares = _has_shares(own)
    problem: Exception
    for _ in range(ATTEMPTS):
        try:
            hierarchy.write(f"{own}/cgroup.subtree_control", "+memory +pids" + (" +cpu" if has_shares else ""))
            if has_shares:
                _prefer_the_server(f"{own}/{OWN_LEAF}")
            return own, has_shares
        except OSError as e:
            if e.errno != errno.EBUSY:
                if not has_shares:
                    raise
                has_shares = False
                continue
        try:
            _move_into_leaf(own)
        except (FileNotFoundError, ProcessLookupError) as e:
            problem = e  # one has ended meanwhile, or /proc hides it for good
        else:
            problem = NotPossible("processes come into its control group without end")
    raise problem


def _has_shares(own: str) -> bool:
    """Raises OSError; NotPossible, where what is needed is not there."""
    with open(f"{own}/cgroup.controllers", encoding="ascii") as file:
        there = set(file.read().split())
    if not {"memory", "pids"} <= there:
        raise NotPossible("the memory and pids controllers are not there")
    return "cpu" in there


def _prefer_the_server(leaf: str) -> None:
    """The supervisor is in its group, and has to end programs in time however many processors they keep busy."""
    weight = f"{leaf}/cpu.weight"
    if os.path.exists(weight):
        hierarchy.write(weight, str(SERVER_WEIGHT))


def _move_into_leaf(own: str) -> None:
    with open(f"{own}/{PROCESSES}", encoding="ascii") as file:
        inside = [int(line) for line in file]
    if not all(_is_ours(pid) for pid in inside):
        raise NotPossible("other processes than this server's are in its control group")
    leaf = f"{own}/{OWN_LEAF}"
    os.makedirs(leaf, exist_ok=True)
    for pid in inside:
        hierarchy.write(f"{leaf}/{PROCESSES}", str(pid))


def _is_ours(pid: int) -> bool:
    """Whether it is the server, our parent, or descends from it."""
    server = os.getppid()
    while pid > 1:
        if pid == server:
            return True
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            pid = int(stat.read().rpartition(")")[2].split()[1])
    return pid == server
