"""Control groups: one per run, for the memory and the processes of the run as a whole, where this host lets us make any.

Of version 2 the memory and pids controllers are used, of version 1 the memory controller; cgroups(7). Groups are used
again and again: the kernel keeps a removed one for as long as a page that was counted there stays in its caches.
"""

from __future__ import annotations

import errno
import os
import re
import signal
from typing import List, NamedTuple, Tuple

from . import config, policy

PREFIX = "pyexec-"
OWN_LEAF = "pyexec-server"
PROCESSES = "cgroup.procs"
ATTEMPTS = 20  # to move a server that starts processes meanwhile


class NotPossible(Exception):
    """The message says why, for the operator."""


class Kind(NamedTuple):
    """How a version calls things."""

    version: int
    limits: Tuple[str, ...]  # of memory; the first must be there
    events: str  # the file that counts kills for want of memory


V1 = Kind(1, ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes"), "memory.oom_control")
V2 = Kind(2, ("memory.max", "memory.swap.max"), "memory.events")


class Group:
    """Where one run's processes are counted. A process joins by writing 0 to `join`."""

    def __init__(self, path: str, kind: Kind) -> None:
        self.path = path
        self.join = os.open(f"{path}/{PROCESSES}", os.O_WRONLY | os.O_CLOEXEC)
        self._events = os.open(f"{path}/{kind.events}", os.O_RDONLY | os.O_CLOEXEC)
        self._before = self._kills()

    def is_out_of_memory(self) -> bool:
        """Whether the kernel has killed a process for want of memory since `renew`."""
        return self._kills() > self._before

    def renew(self) -> None:
        self._before = self._kills()

    def _kills(self) -> int:
        found = re.search(rb"^oom_kill (\d+)", os.pread(self._events, 4096, 0), re.MULTILINE)
        return int(found.group(1)) if found else 0

    def close(self) -> None:
        os.close(self.join)
        os.close(self._events)


class NoGroup(Group):
    """Stands for one where there are none."""

    def __init__(self) -> None:
        self.join = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)

    def is_out_of_memory(self) -> bool:
        return False


class NoGroups:
    """Of a host that does not let us make any."""

    layer = ""

    def __init__(self) -> None:
        self._same = NoGroup()

    def take(self) -> Group:
        return self._same

    def give_back(self, group: Group) -> None:
        pass

    def remove(self) -> None:
        pass


class Groups(NoGroups):
    """All groups of a supervisor."""

    layer = "cgroup"

    def __init__(self, top: str, kind: Kind, settings: config.Config) -> None:
        self._top = top
        self._kind = kind
        # Files in the scratch folder are memory too, and have a limit of their own.
        self._memory = settings.memory + settings.disk + policy.LAST_WORDS_BYTES
        self._processes = settings.processes
        self._free: List[Group] = []
        self._all: List[Group] = []

    def take(self) -> Group:
        """One that nobody else has, until it is given back. Raises OSError."""
        if self._free:
            group = self._free.pop()
            group.renew()
            return group
        path = f"{self._top}/{len(self._all)}"
        os.mkdir(path, 0o755)
        self._limit(path)
        group = Group(path, self._kind)
        self._all.append(group)
        return group

    def give_back(self, group: Group) -> None:
        """When its last process has ended."""
        self._free.append(group)

    def _limit(self, path: str) -> None:
        if self._kind is V2:
            _write(f"{path}/memory.max", str(self._memory))
            _write(f"{path}/memory.oom.group", "1")
            _write_if_there(f"{path}/memory.swap.max", "0")
            _write(f"{path}/pids.max", str(self._processes))
            return
        for name in self._kind.limits:
            _write_if_there(f"{path}/{name}", str(self._memory))
        # Version 2 counts it with the rest; version 1 only when it has a limit of its own.
        _write_if_there(f"{path}/memory.kmem.tcp.limit_in_bytes", str(policy.CONNECTIONS_BYTES))

    def remove(self) -> None:
        for group in self._all:
            group.close()
        _remove_all(self._top)


def find(settings: config.Config) -> Groups:
    """Groups that have been tried. Raises NotPossible."""
    try:
        own, kind = _own_group()
        if kind is V2 and os.path.basename(own) == OWN_LEAF:
            own = os.path.dirname(own)  # another supervisor of this server has moved it
        _clear_dead(own)
        if kind is V2:
            _enable(own)
        top = f"{own}/{PREFIX}{os.getpid()}"
        os.mkdir(top, 0o755)
        groups = Groups(top, kind, settings)
        try:
            if kind is V2:
                _write(f"{top}/cgroup.subtree_control", "+memory +pids")
            _try(groups)
        except Exception:
            groups.remove()
            raise
        return groups
    except OSError as e:
        raise NotPossible(f"{e.strerror}: {e.filename}" if e.filename else str(e)) from e
    except (ValueError, LookupError) as e:  # a host that tells about its groups in another way
        raise NotPossible(f"{type(e).__name__}: {e}") from e


def _own_group() -> Tuple[str, Kind]:
    """The folder of the group that this process is in; proc(5), /proc/pid/cgroup and mountinfo."""
    with open("/proc/self/cgroup", encoding="utf-8") as file:
        memberships = [line.rstrip("\n").split(":", 2) for line in file]
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        mounts = [line.split() for line in file]
    for kind, matches in ((V1, lambda names: "memory" in names.split(",")), (V2, lambda names: names == "")):
        for _, names, path in memberships:
            if not matches(names):
                continue
            for mount in mounts:
                what = mount[mount.index("-") + 1 :]
                wanted = what[0] == "cgroup2" if kind is V2 else what[0] == "cgroup" and "memory" in what[2].split(",")
                root, point = mount[3], mount[4]
                if wanted and (path == root or path.startswith(root.rstrip("/") + "/")):
                    return os.path.normpath(point + "/" + path[len(root.rstrip("/")) :]), kind
    raise NotPossible("no control group of this process is mounted")


def _enable(own: str) -> None:
    """Version 2 gives controllers only to groups below one that has no processes itself, unless it is the topmost."""
    with open(f"{own}/cgroup.controllers", encoding="ascii") as file:
        if not {"memory", "pids"} <= set(file.read().split()):
            raise NotPossible("the memory and pids controllers are not there")
    problem: Exception
    for _ in range(ATTEMPTS):
        try:
            _write(f"{own}/cgroup.subtree_control", "+memory +pids")
            return
        except OSError as e:
            if e.errno != errno.EBUSY:
                raise
        try:
            _move_into_leaf(own)
        except (FileNotFoundError, ProcessLookupError) as e:
            problem = e  # one has ended meanwhile, or /proc hides it for good
        else:
            problem = NotPossible("processes come into its control group without end")
    raise problem


def _move_into_leaf(own: str) -> None:
    with open(f"{own}/{PROCESSES}", encoding="ascii") as file:
        inside = [int(line) for line in file]
    if not all(_is_ours(pid) for pid in inside):
        raise NotPossible("other processes than this server's are in its control group")
    leaf = f"{own}/{OWN_LEAF}"
    os.makedirs(leaf, exist_ok=True)
    for pid in inside:
        _write(f"{leaf}/{PROCESSES}", str(pid))


def _is_ours(pid: int) -> bool:
    """Whether it is the server, our parent, or descends from it."""
    server = os.getppid()
    while pid > 1:
        if pid == server:
            return True
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            pid = int(stat.read().rpartition(")")[2].split()[1])
    return pid == server


def _try(groups: Groups) -> None:
    """A process of the programs' identity joins one."""
    group = groups.take()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})  # or somebody else would wait for it
    pid = os.fork()
    if pid == 0:
        try:
            os.write(group.join, b"0")
            os._exit(0)
        except OSError as e:
            os._exit(e.errno or 1)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    groups.give_back(group)
    if code != 0:
        raise NotPossible(f"a process could not join: {os.strerror(code)}")


def _clear_dead(own: str) -> None:
    """What a supervisor left that was killed."""
    for name in os.listdir(own):
        pid = name[len(PREFIX) :] if name.startswith(PREFIX) else ""
        if pid.isdigit() and not os.path.exists(f"/proc/{pid}"):
            _remove_all(f"{own}/{name}")


def _remove_all(top: str) -> None:
    """The groups of one supervisor."""
    for name in os.listdir(top) if os.path.isdir(top) else ():
        if name.isdigit():
            _remove(f"{top}/{name}")
    _remove(top)


def _remove(path: str) -> None:
    try:
        os.rmdir(path)
    except OSError:
        pass  # somebody is still in it


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _write_if_there(path: str, text: str) -> None:
    if os.path.exists(path):
        _write(path, text)
