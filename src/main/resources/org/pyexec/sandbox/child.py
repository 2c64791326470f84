"""The parked child: a fork of a zygote that has put itself into its cell for good and waits for one program.

Everything that isolates it happens while parking, before it sees a byte of the request.
"""

from __future__ import annotations

import fcntl
import os
import random
import resource
import signal
import socket
import sys
import tempfile
from typing import List, NamedTuple, NoReturn, Optional, Tuple

from . import config, frames, isolation, landlock, policy, program, report, seccomp, syscalls

# What almost every program or the running of it needs; imported before the fork, so that nobody waits for it.
USUAL_MODULES = (
    "collections",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "functools",
    "inspect",
    "io",
    "itertools",
    "json",
    "math",
    "operator",
    "pathlib",
    "random",
    "re",
    "statistics",
    "string",
    "subprocess",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "traceback",
    "typing",
)

CONTROL = 3


class Belongings(NamedTuple):
    """The descriptors that come with the order to park, in this order; the child owns its copies."""

    cell: int  # pidfd of the cell's init
    control: int  # socket to the supervisor: "parked" goes out, the request comes in
    stdin: int
    stdout: int
    stderr: int
    report: int


class Sizes(NamedTuple):
    """How big the zygote is itself, in bytes: a program's limits count from there."""

    address_space: int
    data: int


class Prepared(NamedTuple):
    """What all children of a zygote have in common, made once."""

    tier: str
    zygote: int  # its process id
    filter: Optional[seccomp.Filter]
    landlock: int  # version, 0 where there is none
    paths: List[Tuple[str, int]]
    ruleset: Optional[int]  # where it is the same for all children
    processes: int
    nice: int
    limits: List[Tuple[int, int, int]]


def prepare(settings: config.Config, readable: List[str], sizes: Sizes) -> Prepared:
    abi = landlock.version() if settings.tier != "none" else 0
    namespaces = settings.tier == "namespaces"
    paths = _paths(readable) + (_paths_in_namespaces() if namespaces else [])
    return Prepared(
        tier=settings.tier,
        zygote=os.getpid(),
        filter=None if settings.tier == "none" else seccomp.build(None if namespaces else abi),
        landlock=abi,
        paths=paths,
        ruleset=landlock.build(abi, paths, close_network=False) if abi and namespaces else None,
        processes=settings.processes,
        nice=0 if os.getpriority(os.PRIO_PROCESS, 0) < 0 else policy.PROGRAM_NICE,
        limits=_limits(settings, sizes),
    )


def _paths(readable: List[str]) -> List[Tuple[str, int]]:
    """Landlock's rules: a second statement of what the mounts say."""
    paths = []
    for path in readable:
        paths.append((path, landlock.READ_ONLY if os.path.isdir(path) else landlock.READ_ONLY & landlock.FILE_ONLY))
    paths += [(device, landlock.DEVICE) for device in policy.DEVICES]
    return paths


def _paths_in_namespaces() -> List[Tuple[str, int]]:
    return [
        ("/", landlock.READ_DIR),  # listing a folder tells nothing that is not meant to be seen
        # The folder above the mount: the kernel looks for rules upwards, through mount points but not at them.
        (policy.SCRATCH_PARENT, landlock.EVERYTHING),
    ]


def _limits(settings: config.Config, sizes: Sizes) -> List[Tuple[int, int, int]]:
    """setrlimit(2): resource, soft, hard. Memory is the last, because setting up needs some."""
    data = sizes.data + settings.memory
    # Counts what RLIMIT_DATA does not: shared memory. Libraries' files are counted too, so it leaves room for them.
    address_space = sizes.address_space + 2 * settings.memory
    last_words = policy.LAST_WORDS_BYTES
    everything = [
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_FSIZE, settings.disk, settings.disk),
        (resource.RLIMIT_MEMLOCK, 0, 0),
        (resource.RLIMIT_MSGQUEUE, 0, 0),
        (resource.RLIMIT_NICE, 0, 0),
        (resource.RLIMIT_RTPRIO, 0, 0),
        (resource.RLIMIT_SIGPENDING, 256, 256),
        (resource.RLIMIT_NOFILE, policy.OPEN_FILES, policy.OPEN_FILES),
        (resource.RLIMIT_STACK, policy.STACK_BYTES, policy.STACK_BYTES),
        (resource.RLIMIT_AS, address_space, address_space + last_words),
        (resource.RLIMIT_DATA, data, data + last_words),
    ]
    return [(which, _within(which, soft), _within(which, hard)) for which, soft, hard in everything]


def _within(which: int, wanted: int) -> int:
    """A hard limit that the server was started with cannot be raised."""
    _, hard = resource.getrlimit(which)
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def run(belongings: Belongings, prepared: Prepared, user: int) -> NoReturn:
    """Parks, receives one program, runs it, ends the process."""
    try:
        writer = report.Writer(belongings.report)
        home = _take_place(belongings, prepared, user)
        _shut_in(belongings, prepared, user, home)
        _differ_from_siblings()
        control = socket.socket(fileno=CONTROL)
        main = program.rehearse(home + "/work")
        control.sendall(b"parked")
        request = dict(_receive(control))
        control.close()
        seconds = int(request["cpu-seconds"])
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    except BaseException as e:  # nothing of the program has run: the supervisor takes another child
        _complain(e)
        os._exit(1)
    program.run(request, writer, main)


def _take_place(belongings: Belongings, prepared: Prepared, user: int) -> str:
    """Enters the cell; returns the home folder."""
    if prepared.tier == "namespaces":
        syscalls.setns(belongings.cell, isolation.JOINED_NAMESPACES)
        os.chdir(policy.WORK)
        return policy.SCRATCH
    os.fchdir(belongings.cell)
    home = os.getcwd()
    os.environ.update(policy.places(home))
    tempfile.tempdir = None
    os.chdir("work")
    return home


def _shut_in(belongings: Belongings, prepared: Prepared, user: int, home: str) -> None:
    """Gives up everything that the program must not have; nothing here can be taken back."""
    _place_streams(belongings)
    os.umask(0o022)
    os.setsid()  # the kernel shares processors between sessions first: sched(7), autogroups
    os.setpriority(os.PRIO_PROCESS, 0, prepared.nice)
    if prepared.tier != "namespaces":
        _become(user, prepared)
    syscalls.drop_bounding_set()
    syscalls.drop_capabilities()
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    if prepared.landlock:
        ruleset = prepared.ruleset
        if ruleset is None:
            paths = [*prepared.paths, (home, landlock.EVERYTHING)]
            ruleset = landlock.build(prepared.landlock, paths, close_network=True)
        landlock.restrict(ruleset)
    syscalls.close_from(CONTROL + 1)
    for which, soft, hard in [*_process_limit(prepared, user), *prepared.limits]:
        resource.setrlimit(which, (soft, hard))
    if prepared.filter is not None:
        seccomp.install(prepared.filter)


def _become(user: int, prepared: Prepared) -> None:
    """Without namespaces: an identity of its own where the server is root, and an end with the zygote."""
    if user:
        syscalls.drop_bounding_set()
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != prepared.zygote:
        os._exit(0)


def _process_limit(prepared: Prepared, user: int) -> List[Tuple[int, int, int]]:
    """The kernel counts by user id and user namespace: exact where one of them is the run's own."""
    if prepared.tier == "namespaces":
        count = prepared.processes + 1  # the init of the cell is one of them
    elif user not in (0, policy.UNPRIVILEGED_ID):
        count = prepared.processes
    else:
        return []  # the supervisor counts threads
    return [(resource.RLIMIT_NPROC, _within(resource.RLIMIT_NPROC, count), _within(resource.RLIMIT_NPROC, count))]


def _place_streams(belongings: Belongings) -> None:
    """Standard streams and the control socket get the numbers 0 to 3."""
    streams = [belongings.stdin, belongings.stdout, belongings.stderr, belongings.control]
    # The originals may lie in the way of the targets, so copies above them are made first.
    safe = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, CONTROL + 1) for descriptor in streams]
    for target, descriptor in enumerate(safe):
        os.dup2(descriptor, target, inheritable=target != CONTROL)


def _differ_from_siblings() -> None:
    """Forks share the state of random generators; `random` itself is reseeded by Python at every fork."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(random.getrandbits(32))


def _receive(control: socket.socket) -> frames.Fields:
    reader = frames.Reader(policy.MAX_REQUEST_BYTES)
    while True:
        data = control.recv(1 << 16)
        if not data:
            os._exit(0)  # the supervisor does not need this child any more
        reader.feed(data)
        got = reader.next()
        if got is not None:
            return frames.decode(got[1])


def _complain(e: BaseException) -> None:
    try:
        os.write(CONTROL, f"problem {type(e).__name__}: {e}".encode())
    except OSError:
        pass
