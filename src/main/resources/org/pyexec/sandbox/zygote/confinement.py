"""What a child gives up before it may see a program, as one list of system calls that cannot be taken back.

The same list for both ways into a cell; what differs between them is decided here, before the fork.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
from typing import List, NamedTuple, Optional, Tuple

from . import entrance
from ..kernel import bpf, holdings, landlock, seccomp, surroundings, syscalls
from ..policy import config, policy
from ..wire import report
from ..kernel.syscall_batch import SyscallBatch

CONTROL = 3  # descriptor of the socket to the supervisor, after the standard streams
_MAP_INTO_PLACE = syscalls.MAP_SHARED | syscalls.MAP_FIXED


class Sizes(NamedTuple):
    """How big the zygote is itself, in bytes: a program's limits count from there."""

    address_space: int
    data: int


class Belongings(NamedTuple):
    """The descriptors that come with the order to park, in this order; the child owns its copies."""

    control: int  # socket to the supervisor: "parked" goes out, the request comes in
    stdin: int
    stdout: int
    stderr: int
    report: int
    group: int  # to join its control group
    share: int  # to join the group that shares the processors, where that is another one
    cell: int  # pidfd of the cell's init, which the zygote adds; elsewhere the cell's folder


class Confinement:
    """Prepared in a zygote, run in each child."""

    def __init__(self, settings: config.Config, readable: List[str], sizes: Sizes, where: report.Writer) -> None:
        self.sizes = sizes
        self._namespaces = settings.tier == "namespaces"
        self._calls = SyscallBatch()
        self._home = landlock.Beneath(landlock.EVERYTHING, -1)
        self._filter: Optional[seccomp.Filter] = None
        self._filter_of_owner: Optional[seccomp.Filter] = None  # for a program with an id of its own
        self._join = [self._calls.add("write", -1, b"0", 1) for _ in range(2)]
        if self._namespaces:
            self._calls.add("unshare", syscalls.CLONE_NEWCGROUP)  # its /proc does not tell which groups there are
        self._report = self._calls.add("mmap", where.address, report.ALL_BYTES, syscalls.PROT_READ_WRITE, _MAP_INTO_PLACE, -1, 0)
        self._streams = [self._calls.add("dup3", -1, target, 0) for target in range(CONTROL)]
        self._streams += [self._calls.add("dup3", -1, place, os.O_CLOEXEC) for place in (CONTROL, entrance.REPORT)]
        self._calls.add("rt_sigprocmask", signal.SIG_SETMASK, bytes(8), 0, 8)
        self._calls.add("umask", 0o022)
        self._calls.add("setsid")  # without control groups the kernel shares processors between sessions first: sched(7)
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        nice = 0 if ours < 0 else max(ours, policy.PROGRAM_NICE)  # only root could lower it
        self._calls.add("setpriority", os.PRIO_PROCESS, 0, nice)
        self._drop_rights()
        if settings.tier != "none":
            self._restrict_files(readable)
        self._calls.add("close_range", entrance.HANDLE + self._namespaces, entrance.SPARE, 0)
        self._calls.add("close_range", entrance.REPORT + 1, 0xFFFFFFFF, 0)
        self._limit(settings, sizes)
        if settings.tier != "none":
            self._filter = self._filter_of_owner = seccomp.build(None if self._namespaces else landlock.version())
            if not self._namespaces:
                self._filter_of_owner = seccomp.build(landlock.version(), owns_only_its_files=True)
            self._install = self._calls.add("seccomp", bpf.SECCOMP_SET_MODE_FILTER, 0, self._filter.program)
        self._calls.seal()
        self.second_filter = None if self._namespaces or settings.tier == "none" else seccomp.second()
        self._rest = SyscallBatch()
        if self.second_filter is not None:
            self._rest.add("seccomp", bpf.SECCOMP_SET_MODE_FILTER, 0, self.second_filter.program)
        self._rest.seal()

    def give_up_the_rest(self) -> None:
        """In the child, right before the program: what only the way into a fresh interpreter needs."""
        if self.second_filter is not None:
            self._rest.run()

    def run(self, belongings: Belongings, user: int) -> None:
        """In the child. `user`: the id that it takes on where there are no namespaces, 0 to stay what it is."""
        for place, descriptor in zip(self._join, (belongings.group, belongings.share)):
            self._calls.set(place, 0, descriptor)
        self._calls.set(self._report, 4, belongings.report)
        streams = (belongings.stdin, belongings.stdout, belongings.stderr, belongings.control, belongings.report)
        for place, descriptor in zip(self._streams, streams):
            self._calls.set(place, 0, descriptor)
        if not self._namespaces:
            self._become(user)
            self._home.parent = belongings.cell
        self._limit_processes(user)
        chosen = self._filter if user in (0, policy.UNPRIVILEGED_ID) else self._filter_of_owner
        if chosen is not None:
            chosen.know_own_pid()
            self._calls.set(self._install, 2, ctypes.addressof(chosen.program))
        self._calls.run()

    # --- rights --------------------------------------------------------------------------------------------------

    def _drop_rights(self) -> None:
        """Capabilities, the bounding set included: no execve can bring one back; capabilities(7)."""
        if syscalls.has_capability(syscalls.CAP_SETPCAP):
            for capability in syscalls.bounding_set():
                self._calls.add("prctl", syscalls.PR_CAPBSET_DROP, capability)
        if not self._namespaces:
            self._identity = [
                self._calls.add("setgroups", 0, 0),
                self._calls.add("setresgid", 0, 0, 0),
                self._calls.add("setresuid", 0, 0, 0),
            ]
            # Without that capability the supervisor can look into processes of its kind only; programs cannot in any case.
            dumpable = not syscalls.has_capability(syscalls.CAP_SYS_PTRACE)
            self._calls.add("prctl", syscalls.PR_SET_DUMPABLE, int(dumpable))
            self._calls.add("prctl", syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        self._calls.add("prctl", syscalls.PR_CAP_AMBIENT, syscalls.PR_CAP_AMBIENT_CLEAR_ALL)
        self._calls.add("capset", struct.pack("=II", syscalls.CAPABILITY_VERSION_3, 0), bytes(24))
        self._calls.add("prctl", syscalls.PR_SET_NO_NEW_PRIVS, 1)

    def counts_processes(self, user: int) -> Optional[int]:
        """How many the kernel counts besides the program's; None where the id is not the run's own."""
        if self._namespaces:
            return 0 if user else 1  # the init of the cell has the common id
        return None if user in (0, policy.UNPRIVILEGED_ID) else 0

    def _become(self, user: int) -> None:
        for place in self._identity:
            if not user:
                self._calls.skip(place)
        for place in self._identity[1:]:
            for position in range(3):
                self._calls.set(place, position, user)

    # --- files ---------------------------------------------------------------------------------------------------

    def _restrict_files(self, readable: List[str]) -> None:
        """Landlock, where the kernel has it. Outside namespaces the folder that may be written is another for each."""
        abi = landlock.version()
        if abi == 0:
            return
        if self._namespaces:
            has_proc = any(mount.kind == "proc" for mount in surroundings.cell_mounts())
            own = policy.OWN_FILES if has_proc else ()
            rules = [*_rules(readable), *_rules_in_namespaces()]
            landlock.add_calls(self._calls, (entrance.SPARE, entrance.REPORT + 1), abi, rules, None, own)
        else:
            own = tuple(path for path in policy.STRICT_OWN_FILES if os.path.exists(path))
            landlock.add_calls(self._calls, (entrance.SPARE, entrance.HANDLE), abi, _rules(readable), self._home, own)

    # --- limits --------------------------------------------------------------------------------------------------

    def _limit(self, settings: config.Config, sizes: Sizes) -> None:
        self._processes = [
            self._set_limit(resource.RLIMIT_NPROC, settings.processes + more, settings.processes + more) for more in (0, 1)
        ]
        for which, soft, hard in _limits(settings, sizes):
            self._set_limit(which, soft, hard)

    def _limit_processes(self, user: int) -> None:
        """By one of the calls; by none where the supervisor counts threads."""
        counted = self.counts_processes(user)
        for more, place in enumerate(self._processes):
            if more != counted:
                self._calls.skip(place)

    def _set_limit(self, which: int, soft: int, hard: int) -> int:
        return _add_limit(self._calls, which, soft, hard)


def limit_open_files(calls: SyscallBatch) -> None:
    """Once the last descriptor has been sent: that is refused to whoever may have fewer open than his user has in flight.

    Programs of other runs may have the same user, and send as many as they may have open without taking them; unix(7),
    ETOOMANYREFS.
    """
    _add_limit(calls, resource.RLIMIT_NOFILE, holdings.open_files(), holdings.open_files())


def _add_limit(calls: SyscallBatch, which: int, soft: int, hard: int) -> int:
    """setrlimit(2). A hard limit that the server was started with cannot be raised."""
    _, ours = resource.getrlimit(which)
    if ours != resource.RLIM_INFINITY:
        soft, hard = min(soft, ours), min(hard, ours)
    return calls.add("prlimit64", 0, which, struct.pack("=QQ", soft, hard), 0)


def _rules(readable: List[str]) -> List[landlock.Rule]:
    """A second statement of what the mounts say."""
    rules = []
    for path in readable:
        rules.append((path, landlock.READ_ONLY if os.path.isdir(path) else landlock.READ_ONLY & landlock.FILE_ONLY))
    return [*rules, *((device, landlock.DEVICE) for device in policy.DEVICES)]


def _rules_in_namespaces() -> List[landlock.Rule]:
    return [
        ("/", landlock.READ_DIR),  # listing a folder tells nothing that is not meant to be seen
        # The folder above the mount: the kernel looks for rules upwards, through mount points but not at them.
        (policy.SCRATCH_PARENT, landlock.EVERYTHING),
        ("/dev", landlock.DEVICE | landlock.READ_DIR),  # above pseudo-terminals
        *((f"/{name}", landlock.READ_FILE) for name in policy.PROC_FILES),
    ]


def _limits(settings: config.Config, sizes: Sizes) -> List[Tuple[int, int, int]]:
    """Resource, soft, hard. Memory is the last, because setting up needs some."""
    data = sizes.data + settings.memory
    # Counts what RLIMIT_DATA does not: shared memory. Libraries' files are counted too, so it leaves room for them.
    address_space = sizes.address_space + 2 * settings.memory
    last_words = policy.LAST_WORDS_BYTES
    return [
        (resource.RLIMIT_CORE, 1, 1),  # with 0 a core_pattern that is a pipe would get it; core(5)
        (resource.RLIMIT_FSIZE, settings.disk, settings.disk),
        (resource.RLIMIT_MEMLOCK, 0, 0),
        (resource.RLIMIT_MSGQUEUE, 0, 0),
        (resource.RLIMIT_NICE, 0, 0),
        (resource.RLIMIT_RTPRIO, 0, 0),
        (resource.RLIMIT_SIGPENDING, 256, 256),
        (resource.RLIMIT_STACK, policy.STACK_BYTES, policy.NO_LIMIT),  # programs raise it; what is used is in RLIMIT_AS
        (resource.RLIMIT_AS, address_space, address_space + last_words),
        # The program may raise it as far as the other one goes: for large stacks, stacks.py, and its last words.
        (resource.RLIMIT_DATA, data, data + settings.memory + last_words),
    ]
