"""The control group of one run: what it counts, what it limits, and what is to be done before it is used again; cgroups(7)."""

from __future__ import annotations

import contextlib
import math
import os
import re
from typing import NamedTuple, Optional, Tuple

from . import hierarchy

MOST_LEFTOVER = 16 << 20  # bytes in a group that is used again
UNKNOWN = -1  # bytes


class Kind(NamedTuple):
    """How a version calls things."""

    limit: str  # of memory
    others: Tuple[str, ...]  # limits of the same size, where they are there
    events: str  # the file that counts kills for want of memory
    join: str  # the file to which a process without other threads writes 0
    usage: str  # bytes
    reclaim: str  # the file that has the kernel give up caches, where it is there


# A process that moves alone does not wait for every fork on the host, which a program that forks a lot and has few turns
# could hold up; of version 2 only threaded groups can be joined so: kernel/cgroup/cgroup.c, cgroup_procs_write_start.
V1 = Kind(
    "memory.limit_in_bytes",
    ("memory.memsw.limit_in_bytes",),
    "memory.oom_control",
    "tasks",
    "memory.usage_in_bytes",
    "memory.force_empty",
)
V2 = Kind("memory.max", (), "memory.events", hierarchy.PROCESSES, "memory.current", "memory.reclaim")


class Group:
    """Where one run's processes are counted and weighed. A process joins by writing 0 to `join` and to `share`."""

    def __init__(
        self, path: str = "", kind: Optional[Kind] = None, share: str = "", is_weighed: bool = False, size: int = 0
    ) -> None:
        """The folder of each kind of group, empty where there is none; the kind of the first, and whether it has a share too.

        `size`: bytes of memory that it was made with.
        """
        self.path = path
        self._usual_size = self._size = size
        self.is_weighed = bool(share) or is_weighed  # as one, however many sessions it has
        self.join = self.share = self._events = self._time = -1
        self._kind = kind
        self._share = share
        self._before = 0
        self._time_before = 0.0

    def is_out_of_memory(self) -> bool:
        """Whether the kernel has killed a process for want of memory since `renew`."""
        return self._kills() > self._before

    def renew(self) -> None:
        """For the next run. Raises OSError."""
        self.limit(self._usual_size)
        self.join = opened(self.path, self._kind.join if self._kind else "")
        self.share = opened(self._share, V1.join)
        if self._kind:
            self._events = os.open(f"{self.path}/{self._kind.events}", os.O_RDONLY | os.O_CLOEXEC)
        self._before = self._kills()
        self._time = self._opened_time()
        self._time_before = self._cpu_time()

    def has_more_than(self, size: int) -> bool:
        """Whether its limit of memory is above so many bytes."""
        return self._size > size

    def limit(self, size: int) -> None:
        """Of memory, in bytes. Raises OSError, and when the group has more of which the kernel cannot take any: errno EBUSY.

        To make it smaller can take long, since the kernel first writes and forgets files of the page cache. Another thread may do that.
        """
        if size == self._size:
            return
        assert self._kind is not None
        names = [self._kind.limit, *self._kind.others]  # the others, of memory with swap, are never below the first
        before, self._size = self._size, UNKNOWN  # until all is written
        for name in names if size < before else reversed(names):
            if os.path.exists(f"{self.path}/{name}"):
                hierarchy.write(f"{self.path}/{name}", str(size))
        self._size = size

    def usage(self) -> float:
        """Bytes of all memory that is counted here, files of the scratch and the page cache among it; infinite where nothing tells.

        With what is in swap space, which counts for the kernel like memory, or not at all; cgroups-v1 memory.rst, cgroup-v2.rst.
        """
        if self._kind is None:
            return math.inf
        try:
            if self._kind is V2:
                return _number(f"{self.path}/memory.current") + _number(f"{self.path}/memory.swap.current", 0)
            swapped = _number(f"{self.path}/memory.memsw.usage_in_bytes", UNKNOWN)
            if swapped == UNKNOWN and has_swap():
                return math.inf
            return max(swapped, _number(f"{self.path}/{self._kind.usage}"))
        except (OSError, ValueError):
            return math.inf

    def is_empty(self) -> bool:
        """Whether little is left of its last run but files in the page cache: sockets go some time after their processes."""
        if self._kind is None:
            return True
        try:
            usage = _number(f"{self.path}/{self._kind.usage}")
            return usage <= MOST_LEFTOVER or usage - self._page_cache() <= MOST_LEFTOVER
        except (OSError, ValueError):
            return True  # the kernel does not tell

    def reclaim(self) -> None:
        """Has the kernel give up its caches of names and files that were charged to this group; cgroups-v1 memory.rst, cgroup-v2.rst.

        It takes about two seconds for a gigabyte. Without it a name that a program has looked for in vain stays in memory, and in the
        group, until the machine is short of memory.
        """
        if self._kind is None:
            return
        with contextlib.suppress(OSError, ValueError):  # it gives up less than all, or cannot be asked
            path = f"{self.path}/{self._kind.reclaim}"
            hierarchy.write(path, "0" if self._kind is V1 else str(_number(f"{self.path}/{self._kind.usage}")))

    def _page_cache(self) -> int:
        """Bytes that the kernel gives up when they are needed. It adds them up on each processor first, so this is not asked always."""
        with open(f"{self.path}/memory.stat", "rb") as file:
            return sum(map(int, re.findall(rb"^(?:in)?active_file (\d+)", file.read(), re.MULTILINE)))

    def cpu_seconds(self) -> float:
        """Processor time of all its processes, those that have ended as well, since `renew`; 0 where no group tells it."""
        return self._cpu_time() - self._time_before

    def _opened_time(self) -> int:
        name = "cpu.stat" if self._kind is V2 else "cpuacct.usage"
        for path in filter(None, (self._share, self.path)):
            with contextlib.suppress(OSError):
                return os.open(f"{path}/{name}", os.O_RDONLY | os.O_CLOEXEC)
        return -1

    def _cpu_time(self) -> float:
        """Seconds; of version 1 the file has nanoseconds, of version 2 lines, the first of which has microseconds."""
        if self._time < 0:
            return 0.0
        words = os.pread(self._time, 4096, 0).split()
        return int(words[1]) / 1e6 if words[0] == b"usage_usec" else int(words[0]) / 1e9

    def _kills(self) -> int:
        if self._events < 0:
            return 0
        found = re.search(rb"^oom_kill (\d+)", os.pread(self._events, 4096, 0), re.MULTILINE)
        return int(found.group(1)) if found else 0

    def close(self) -> None:
        """Nobody is in it: there are as many groups as slots have ever been at once, and few in use."""
        for descriptor in (self.join, self.share, self._events, self._time):
            if descriptor >= 0:
                os.close(descriptor)
        self.join = self.share = self._events = self._time = -1


def has_swap() -> bool:
    """Whether the machine has any just now; proc(5), /proc/swaps."""
    with open("/proc/swaps", "rb") as file:
        return len(file.readlines()) > 1


def _number(path: str, otherwise: Optional[int] = None) -> int:
    """`otherwise` where there is no such file."""
    try:
        with open(path, "rb") as file:
            return int(file.read())
    except FileNotFoundError:
        if otherwise is None:
            raise
        return otherwise


def opened(path: str, join: str) -> int:
    """A descriptor to which a process writes 0 to join; the caller owns it. Raises OSError."""
    return os.open(f"{path}/{join}" if path else os.devnull, os.O_WRONLY | os.O_CLOEXEC)
