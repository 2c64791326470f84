"""Control groups: one per run, for the memory, the processes and the share of the processors of the run as a whole, where
this host lets us make any.

Of version 2 the memory and pids controllers are used, and cpu where it is there; of version 1 memory and cpu, each without
the other if need be; cgroups(7). Groups are used again and again: the kernel keeps a removed one for as long as a page that
was counted there stays in its caches.
"""

from __future__ import annotations

import collections
import contextlib
import os
import re
import signal
from typing import Callable, Deque, Dict, List, NamedTuple, Optional, Tuple, TypeVar

from . import config, delegation, hierarchy, machine, policy
from .hierarchy import PROCESSES, Branch, NotPossible

MOST_LEFTOVER = 16 << 20  # bytes in a group that is used again
UNKNOWN = -1  # bytes
MOST_LOOKED_AT = 4  # groups for one that is wanted: each look takes some time
HEAVIEST = 100  # times the usual weight, which every version takes
_Part = TypeVar("_Part", "Memory", "Shares")


Aside = Callable[[Callable[[], None], Callable[[object], None]], None]


class Kind(NamedTuple):
    """How a version calls things."""

    limit: str  # of memory
    others: Tuple[str, ...]  # limits of the same size, where they are there
    events: str  # the file that counts kills for want of memory
    join: str  # the file to which a process without other threads writes 0
    usage: str  # bytes
    reclaim: str  # the file that has the kernel give up caches, where it is there
    weight: str
    usual_weight: int  # of a group that nobody has given another, and of a session; cgroups(7), sched(7)


# A process that moves alone does not wait for every fork on the host, which a program that forks a lot and has few turns
# could hold up; of version 2 only threaded groups can be joined so: kernel/cgroup/cgroup.c, cgroup_procs_write_start.
V1 = Kind(
    "memory.limit_in_bytes",
    ("memory.memsw.limit_in_bytes",),
    "memory.oom_control",
    "tasks",
    "memory.usage_in_bytes",
    "memory.force_empty",
    "cpu.shares",
    1024,
)
V2 = Kind("memory.max", (), "memory.events", PROCESSES, "memory.current", "memory.reclaim", "cpu.weight", 100)


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
        self.join = _opened(self.path, self._kind.join if self._kind else "")
        self.share = _opened(self._share, V1.join)
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


def _number(path: str) -> int:
    with open(path, "rb") as file:
        return int(file.read())


def _opened(path: str, join: str) -> int:
    return os.open(f"{path}/{join}" if path else os.devnull, os.O_WRONLY | os.O_CLOEXEC)


class NoGroups:
    """Of a host that does not let us make any."""

    layer = ""

    def __init__(self) -> None:
        self._same = Group()
        self._same.renew()

    def take(self) -> Group:
        return self._same

    def give_back(self, group: Group, aside: Aside) -> None:
        pass

    def remove(self) -> None:
        pass


class Groups(NoGroups):
    """All groups of a supervisor."""

    def __init__(self, memory: Optional["Memory"], shares: Optional["Shares"]) -> None:
        self.layer = "cgroup" if memory else ""
        self._memory = memory
        self._shares = shares
        self._free: Deque[Group] = collections.deque()
        self._all: List[Group] = []

    def take(self) -> Group:
        """One that nobody else has, until it is given back. Raises OSError."""
        group = self._find_empty() or self._make()
        try:
            group.renew()
        except OSError:
            group.close()
            self._free.append(group)
            raise
        return group

    def _find_empty(self) -> Optional[Group]:
        """That which has been free for longest, unless the kernel still frees what its last run had."""
        for _ in range(min(len(self._free), MOST_LOOKED_AT)):
            group = self._free.popleft()
            if group.is_empty():
                return group
            self._free.append(group)
        return None

    def _make(self) -> Group:
        memory = (self._memory.add(), self._memory.kind) if self._memory else ("", None)
        is_weighed = self._memory is not None and self._memory.has_shares
        size = self._memory.size if self._memory else 0
        group = Group(*memory, self._shares.add() if self._shares else "", is_weighed, size)
        self._all.append(group)
        return group

    def give_back(self, group: Group, aside: Aside) -> None:
        """When its last process has ended. `aside` takes what may take long, and what follows it in this thread; loop.Loop.aside."""
        group.close()
        if not group.is_empty():
            with contextlib.suppress(RuntimeError):  # no thread just now
                aside(group.reclaim, lambda _: self._free.append(group))
                return
        self._free.append(group)

    def remove(self) -> None:
        for group in self._all:
            group.close()
        for part in (self._memory, self._shares):
            if part is not None:
                part.remove()


class Memory:
    """Limits of memory; in version 2 everything else as well."""

    def __init__(self, settings: config.Config) -> None:
        """Raises OSError, NotPossible."""
        own, version = hierarchy.own_group("memory")
        self.kind = V2 if version == 2 else V1
        self._settings = settings
        self.size = of_a_run(settings)
        self.has_shares = False
        if self.kind is V2:
            own, self.has_shares = delegation.enable(own, weight_of_all_runs(V2))
        self._branch = Branch(own)
        try:
            self._limit_all(own)
            if self.kind is V2:
                controllers = "+memory +pids" + (" +cpu" if self.has_shares else "")
                hierarchy.write(f"{self._branch.path}/cgroup.subtree_control", controllers)
        except OSError:
            self._branch.remove()
            raise

    def _limit_all(self, own: str) -> None:
        limit = most_of_all_runs(machine.memory(own), machine.free(own), self.size)
        self._branch.limit(self._limits(limit))
        if self.has_shares:
            self._branch.limit({self.kind.weight: str(weight_of_all_runs(self.kind))})

    def _limits(self, size: int) -> Dict[str, str]:
        return {self.kind.limit: str(size), **{f"{name}?": str(size) for name in self.kind.others}}

    def add(self) -> str:
        size = self.size
        if self.kind is V1:
            # Version 2 counts it with the rest; version 1 only when it has a limit of its own.
            connections = {"memory.kmem.tcp.limit_in_bytes?": str(policy.CONNECTIONS_BYTES)}
            return self._branch.add({**self._limits(size), **connections})
        processes = str(self._settings.processes + policy.HELPERS)
        return self._branch.add(
            {"memory.max": str(size), "memory.oom.group": "1", "memory.swap.max?": "0", "pids.max": processes}
        )

    def remove(self) -> None:
        self._branch.remove()


def of_a_run(settings: config.Config) -> int:
    """Bytes of memory. Files in the scratch folder are memory too, and have a limit of their own."""
    return settings.memory + settings.disk + policy.LAST_WORDS_BYTES


def most_of_all_runs(memory: int, free: int, one_run: int) -> int:
    """Bytes for all programs together, of a machine with so much: they end before the server does.

    A quarter of what is there stays free for the server, whose heap has yet to grow. However full the machine is just now,
    programs may have half of it, and one of them can always run.
    """
    return max(free - memory // 4, memory // 2, one_run + policy.PARKED_BYTES)


class Shares:
    """Of version 1: all processes of a run weigh as much as one session, however many sessions they make; sched(7)."""

    kind = V1

    def __init__(self) -> None:
        """Raises OSError, NotPossible."""
        own, version = hierarchy.own_group("cpu")
        if version == 2:
            raise NotPossible("the cpu controller is not there, or not for us")
        self._branch = Branch(own)
        try:
            self._branch.limit({V1.weight: str(weight_of_all_runs(V1))})
        except OSError:
            self._branch.remove()
            raise

    def add(self) -> str:
        return self._branch.add({})

    def remove(self) -> None:
        self._branch.remove()


def weight_of_all_runs(kind: Kind) -> int:
    """As many sessions as programs run at once where nothing else is set; SettingsReader.java."""
    return kind.usual_weight * min(max(4, 2 * len(os.sched_getaffinity(0))), HEAVIEST)


def find(settings: config.Config) -> Tuple[NoGroups, List[str]]:
    """Groups that have been tried, and why there are not more, for the operator."""
    problems: List[str] = []
    memory = _attempt(lambda: _tried(Memory(settings)), problems)
    shares = None
    if memory is None or not memory.has_shares:
        shares = _attempt(lambda: _tried(Shares()), problems)
    return (NoGroups() if memory is None and shares is None else Groups(memory, shares)), problems


def _attempt(make: Callable[[], _Part], problems: List[str]) -> Optional[_Part]:
    try:
        return make()
    except NotPossible as e:
        problems.append(str(e))
    except OSError as e:
        problems.append(f"{e.strerror}: {e.filename}" if e.filename else str(e))
    except (ValueError, LookupError) as e:  # a host that tells about its groups in another way
        problems.append(f"{type(e).__name__}: {e}")
    return None


def _tried(part: _Part) -> _Part:
    """A process joins a group of its own."""
    try:
        joins = _opened(part.add(), part.kind.join)
        try:
            _join_elsewhere(joins)
        finally:
            os.close(joins)
        return part
    except BaseException:
        part.remove()
        raise


def _join_elsewhere(joins: int) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})  # or somebody else would wait for it
    try:
        pid = os.fork()
        if pid == 0:
            try:
                os.write(joins, b"0")
                os._exit(0)
            except OSError as e:
                os._exit(e.errno or 1)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    if code != 0:
        raise NotPossible(f"a process could not join: {os.strerror(code)}")
