"""The processes of one run, as proc(5) tells of them. Whatever stands there may change while it is read."""

from __future__ import annotations

import os
from typing import Dict, Iterable, List, NamedTuple, Optional, Set, Tuple

from . import syscalls

_TICKS = os.sysconf("SC_CLK_TCK")
_NO_MEMORY = b"0 0 0 0 0 0 0\n"  # in statm
RUNNING = b"R"


class Process(NamedTuple):
    pid: int
    state: bytes  # RUNNING when any of its threads runs
    threads: int
    own: float  # seconds of processor time
    reaped: float  # of children that it has waited for, and of theirs
    begin: bytes  # when it began: together with its id it is nobody else's


def pid_behind(pidfd: int) -> int:
    """The process id on the host, -1 when it is dead; pidfd_open(2)."""
    if pidfd < 0:
        return -1
    for line in read(f"/proc/self/fdinfo/{pidfd}").splitlines():
        if line.startswith(b"Pid:"):
            return int(line.split()[1])
    return -1


def family(roots: Iterable[int]) -> List[Process]:
    """These and all that descend from them."""
    found: List[Process] = []
    seen: Set[int] = set()
    waiting = [pid for pid in roots if pid > 0]
    while waiting:
        pid = waiting.pop()
        if pid in seen:
            continue
        seen.add(pid)
        process = look_at(pid)
        if process is not None:
            found.append(process)
            waiting += _children(pid)
    return found


def look_at(pid: int) -> Optional[Process]:
    """Its name stands in brackets and may have any bytes but NUL, brackets and ends of lines among them."""
    fields = read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    if not fields:
        return None
    user, system, reaped_user, reaped_system = map(int, fields[11:15])
    own, reaped = (user + system) / _TICKS, (reaped_user + reaped_system) / _TICKS
    threads = int(fields[17])
    state = fields[0] if threads == 1 or fields[0] == RUNNING else _state_of_threads(pid)
    return Process(pid, state, threads, own, reaped, fields[19])


def _state_of_threads(pid: int) -> bytes:
    """The first thread may sleep, or have ended, while others run."""
    states = (read(f"/proc/{pid}/task/{task}/stat").rpartition(b")")[2].split()[:1] for task in _tasks(pid))
    return RUNNING if [RUNNING] in states else b"S"


def with_memory(pid: int) -> Optional[int]:
    """The process, or a thread of it that still has its memory: the first one may have ended alone; pthread_exit(3).

    None when nothing of it has any.
    """
    if read(f"/proc/{pid}/statm") not in (b"", _NO_MEMORY):
        return pid
    return next((task for task in _tasks(pid) if read(f"/proc/{task}/statm") not in (b"", _NO_MEMORY)), None)


def be_allowed_to_look_at(pid: int) -> None:
    """In a thread of its own, whose rights to files it changes: root without CAP_SYS_PTRACE, as in many containers, may look
    into processes of its own kind only; ptrace(2), PTRACE_MODE_FSCREDS.
    """
    if os.getuid() == 0 and not syscalls.has_capability(syscalls.CAP_SYS_PTRACE):
        try:
            owner = os.stat(f"/proc/{pid}")
        except FileNotFoundError:
            return
        syscalls.set_ids_for_files(owner.st_uid, owner.st_gid)


def _children(pid: int) -> List[int]:
    return [int(word) for task in _tasks(pid) for word in read(f"/proc/{pid}/task/{task}/children").split()]


def _tasks(pid: int) -> List[int]:
    try:
        return [int(task) for task in os.listdir(f"/proc/{pid}/task")]
    except OSError:
        return []


def read(path: str, most: int = -1) -> bytes:
    """Nothing when the process has gone. `most`: bytes after which there may be more."""
    try:
        with open(path, "rb", buffering=0) as file:
            return _all_of(file.fileno(), most)
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _all_of(descriptor: int, most: int) -> bytes:
    """The kernel gives a page or so at a time."""
    parts = []
    size = 0
    while most < 0 or size < most:
        part = os.read(descriptor, 1 << 16)
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b"".join(parts)


class Clock:
    """Adds up the processor time of a run from look to look."""

    def __init__(self) -> None:
        self._lost = 0.0  # for good
        self._missing = 0.0  # since the last look: it was not atomic, and whoever has waited may have been read before
        self._last: Dict[Tuple[int, bytes], Process] = {}

    def total(self, processes: Iterable[Process], since: float) -> float:
        """Seconds until now; `since` the last look so many have passed.

        A process that has ended is in the times of whoever has waited for it, the init of its cell among them. Where
        nobody has, because its parent ignores SIGCHLD (wait(2), NOTES), its time counts as it was last seen. If it was
        running then, so may others have been after it that were never seen: it counts for the whole time between.
        """
        now = {(process.pid, process.begin): process for process in processes}
        ended = [process for key, process in self._last.items() if key not in now]
        reaped = sum(process.reaped - self._last[key].reaped for key, process in now.items() if key in self._last)
        seen = sum(process.own + process.reaped for process in ended)
        busy = min(sum(process.state == RUNNING for process in ended), os.cpu_count() or 1)
        is_missing = seen > reaped or (busy > 0 and not reaped)
        self._lost += max(0.0, self._missing - max(0.0, reaped - seen))
        self._missing = max(seen, busy * since) - reaped if is_missing else 0.0
        self._last = now
        return self._lost + sum(process.own + process.reaped for process in now.values())
