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
import signal
from typing import Callable, Deque, Dict, List, Optional, Tuple, TypeVar

from . import delegation, hierarchy, machine
from ..policy import config, policy
from .group import V1, V2, Group, opened
from .hierarchy import Branch, NotPossible

USUAL_SHARES = 1024  # of a session, and of a group that nobody has given others; sched(7), cgroups(7)
MOST_LOOKED_AT = 4  # groups for one that is wanted: each look takes some time
_Part = TypeVar("_Part", "Memory", "Shares")
Aside = Callable[[Callable[[], None], Callable[[object], None]], None]


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
            own, self.has_shares = delegation.enable(own)
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
    """Of version 1: all processes of a run weigh as much as one session, however many sessions they make; sched(7).

    All runs together weigh as much as one session too, such as that of the server: what it does for others must not wait for a program
    that has it do as much as it can, as by starting and ending hundreds of processes.
    """

    kind = V1

    def __init__(self, settings: config.Config) -> None:
        """Raises OSError, NotPossible."""
        own, version = hierarchy.own_group("cpu")
        if version == 2:
            raise NotPossible("the cpu controller is not there, or not for us")
        self._branch = Branch(own)
        try:
            self._branch.limit({"cpu.shares": str(settings.weight * USUAL_SHARES)})
        except OSError:
            self._branch.remove()
            raise

    def add(self) -> str:
        return self._branch.add({})

    def remove(self) -> None:
        self._branch.remove()


def find(settings: config.Config) -> Tuple[NoGroups, List[str]]:
    """Groups that have been tried, and why there are not more, for the operator."""
    problems: List[str] = []
    memory = _attempt(lambda: _tried(Memory(settings)), problems)
    shares = None
    if memory is None or not memory.has_shares:
        shares = _attempt(lambda: _tried(Shares(settings)), problems)
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
        joins = opened(part.add(), part.kind.join)
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
