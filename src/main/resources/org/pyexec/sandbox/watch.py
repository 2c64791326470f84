"""Watches limits that the kernel keeps per process only, for the run as a whole, by looking now and then.

Short runs are never looked at. A run can pass a limit by what it manages between two looks: that much is stated in
docs/threat-model.md.
"""

from __future__ import annotations

import math
import os
import threading
import time
from typing import Callable, List, NamedTuple, Optional, Set

from . import config, loop, policy, slot
from .voice import say

INTERVAL = 0.05  # seconds
FAILURES = 3  # in a row that may have causes outside the run, such as a want of descriptors
LONGEST_INTERVAL = 1.0  # when looking itself takes long
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_NO_MEMORY = "0 0 0 0 0 0 0\n"  # in statm; proc(5)


class Process(NamedTuple):
    pid: int
    threads: int
    cpu: float  # seconds, with those of children that it has waited for


class Watcher:
    """Tells once which limit has been passed: memory, cpu, processes or disk."""

    def __init__(
        self,
        events: loop.Loop,
        watched: slot.Slot,
        settings: config.Config,
        cpu_limit: int,
        on_passed: Callable[[str], None],
        used_before: bool = False,
        interval: float = INTERVAL,
    ) -> None:
        """`cpu_limit` in seconds. `used_before`: what has been used until the first look does not count."""
        self._loop = events
        self._slot = watched
        self._settings = settings
        self._cpu_limit = cpu_limit
        self._on_passed = on_passed
        self._interval = interval
        self._cpu_before = math.inf if used_before else 0.0
        self._weighing: Optional[_Weighing] = None
        self._failures = 0  # in a row
        self._timer: Optional[loop.Timer] = events.later(interval, self._look)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        began = time.monotonic()
        try:
            passed = self._passed()
            self._failures = 0
        except Exception as e:  # whatever it is: a run that nobody watches does not go on
            self._failures += 1
            passed = "unwatched" if self._failures > FAILURES else ""
            say("log", f"a look at a run failed: {type(e).__name__}: {e}")
        if passed:
            self._timer = None
            self._on_passed(passed)
            return
        pause = min(max(self._interval, 5 * (time.monotonic() - began)), LONGEST_INTERVAL)
        self._timer = self._loop.later(pause, self._look)

    def _passed(self) -> str:
        processes = self._processes()
        usage = self._slot.cell.usage()
        cpu = sum(process.cpu for process in processes)
        self._cpu_before = min(self._cpu_before, cpu)
        if cpu - self._cpu_before > self._cpu_limit:
            return "cpu"
        if usage is not None and sum(process.threads for process in processes) > self._settings.processes:
            return "processes"
        if usage is not None and (usage.size > self._settings.disk or usage.inodes > policy.SCRATCH_INODES):
            return "disk"
        return "memory" if self._slot.is_out_of_memory() or self._too_heavy(processes) else ""

    def _too_heavy(self, processes: List[Process]) -> bool:
        """Cheap first: resident pages, counted once per process. Only when that is too much they are weighed."""
        if self._weighing is None:
            if sum(_resident(process.pid) for process in processes) > self._settings.memory:
                self._weighing = _Weighing([process.pid for process in processes])
            return False
        if self._weighing.is_alive():
            return False
        weight, self._weighing = self._weighing.weight, None
        if weight is None:
            raise RuntimeError("the memory of a run could not be weighed")
        return weight > self._settings.memory + policy.LAST_WORDS_BYTES

    def _processes(self) -> List[Process]:
        """All of the run: what hangs on its init and on its first process, whose parent is the zygote."""
        found: List[Process] = []
        seen: Set[int] = set()
        waiting = [pid for pid in (_pid_behind(self._slot.child), _pid_behind(self._slot.cell.pidfd)) if pid > 0]
        while waiting:
            pid = waiting.pop()
            if pid in seen:
                continue
            seen.add(pid)
            process = _read(pid)
            if process is not None:
                found.append(process)
                waiting += _children(pid)
        return found


class _Weighing(threading.Thread):
    """Adds up memory with shared pages divided. In a thread: the kernel makes us wait for processes that fork a lot."""

    def __init__(self, pids: List[int]) -> None:
        super().__init__(daemon=True)
        self.weight: Optional[int] = None  # until it is known
        self._pids = pids
        self.start()

    def run(self) -> None:
        self.weight = sum(_proportional(pid) for pid in self._pids)


def _pid_behind(pidfd: int) -> int:
    """The process id on the host, -1 when it is dead; pidfd_open(2)."""
    if pidfd < 0:
        return -1
    for line in _lines(f"/proc/self/fdinfo/{pidfd}"):
        if line.startswith("Pid:"):
            return int(line.split()[1])
    return -1


def _read(pid: int) -> Optional[Process]:
    """Its name stands in brackets and may have any bytes but NUL, brackets and ends of lines among them; proc(5)."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return Process(pid, int(fields[17]), sum(map(int, fields[11:15])) / _TICKS) if fields else None


def _children(pid: int) -> List[int]:
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    return [int(word) for task in tasks for line in _lines(f"/proc/{pid}/task/{task}/children") for word in line.split()]


def _resident(pid: int) -> int:
    for line in _lines(f"/proc/{_with_memory(pid)}/statm"):
        return int(line.split()[1]) * _PAGE
    return 0


def _proportional(pid: int) -> int:
    wanted = ("Pss_Anon:", "Pss_Shmem:")
    lines = _lines(f"/proc/{_with_memory(pid)}/smaps_rollup")
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(wanted))


def _with_memory(pid: int) -> int:
    """The process, or a thread of it that still has its memory: the first one may have ended alone; pthread_exit(3)."""
    if _lines(f"/proc/{pid}/statm")[:1] != [_NO_MEMORY]:
        return pid
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return pid
    return next((int(task) for task in tasks if _lines(f"/proc/{task}/statm")[:1] not in ([], [_NO_MEMORY])), pid)


def _lines(path: str) -> List[str]:
    """Nothing when the process has gone."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.readlines()
    except OSError:
        return []
