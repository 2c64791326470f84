"""Where this process stands in the hierarchies of control groups, and the groups of one supervisor in one of them.

Version 1 has a hierarchy for each controller or for several, version 2 has one for all; cgroups(7).
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from typing import Dict, Tuple

from . import living

PREFIX = "pyexec-"
PROCESSES = "cgroup.procs"
LOOKS = 20  # whether the processes of a dead supervisor have ended
LOOK_SECONDS = 0.05
ATTEMPTS = 5  # to make a folder that nobody takes away before it is claimed


class NotPossible(Exception):
    """The message says why, for the operator."""


def own_group(controller: str) -> Tuple[str, int]:
    """The folder of the group that this process is in, and the version; proc(5), /proc/pid/cgroup and mountinfo."""
    with open("/proc/self/cgroup", encoding="utf-8") as file:
        memberships = [line.rstrip("\n").split(":", 2) for line in file]
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        mounts = [line.split() for line in file]
    for version in (1, 2):
        for _, names, path in memberships:
            if names != "" if version == 2 else controller not in names.split(","):
                continue
            for mount in mounts:
                what = mount[mount.index("-") + 1 :]
                wanted = what[0] == "cgroup2" if version == 2 else what[0] == "cgroup" and controller in what[2].split(",")
                root, point = mount[3], mount[4]
                if wanted and (path == root or path.startswith(root.rstrip("/") + "/")):
                    return os.path.normpath(point + "/" + path[len(root.rstrip("/")) :]), version
    raise NotPossible(f"no control group of this process for {controller} is mounted")


class Branch:
    """A group below the own one, and groups below that, made one after another. What each may have is written at once."""

    def __init__(self, own: str) -> None:
        """Raises OSError."""
        clear_dead(own)
        self.path, self._claim = _make_claimed(f"{own}/{PREFIX}{os.getpid()}")
        self._count = 0

    def limit(self, values: Dict[str, str]) -> None:
        """All groups together."""
        _set(self.path, values)

    def add(self, values: Dict[str, str]) -> str:
        """The folder of a new group; raises OSError."""
        path = f"{self.path}/{self._count}"
        os.mkdir(path, 0o755)
        self._count += 1
        _set(path, values)
        return path

    def remove(self) -> None:
        remove_all(self.path)
        os.close(self._claim)


def _make_claimed(path: str) -> Tuple[str, int]:
    """Another supervisor may take a folder that is not claimed yet for that of a dead one."""
    for _ in range(ATTEMPTS):
        with contextlib.suppress(FileExistsError, FileNotFoundError, BlockingIOError):
            os.mkdir(path, 0o755)
            claim = living.claim(path)
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.stat(path), os.fstat(claim)):
                    return path, claim
            os.close(claim)
        path = f"{path.rpartition('.')[0] or path}.{secrets.token_hex(4)}"
    raise NotPossible(f"{path} cannot be kept")


def clear_dead(own: str) -> None:
    """What a supervisor left that was killed; its last processes may be about to end."""
    for name in os.listdir(own):
        pid = name[len(PREFIX) :].split(".")[0] if name.startswith(PREFIX) else ""
        if pid.isdigit() and living.is_dead(pid, f"{own}/{name}"):
            for _ in range(LOOKS):
                remove_all(f"{own}/{name}")
                if not os.path.exists(f"{own}/{name}"):
                    break
                time.sleep(LOOK_SECONDS)


def remove_all(top: str) -> None:
    """The groups of one supervisor."""
    for name in os.listdir(top) if os.path.isdir(top) else ():
        if name.isdigit():
            _remove(f"{top}/{name}")
    _remove(top)


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):  # somebody is still in it
        os.rmdir(path)


def write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _set(path: str, values: Dict[str, str]) -> None:
    """A name that ends in a question mark is one that not every host has."""
    for name, value in values.items():
        file = f"{path}/{name.rstrip('?')}"
        if not name.endswith("?") or os.path.exists(file):
            write(file, value)
