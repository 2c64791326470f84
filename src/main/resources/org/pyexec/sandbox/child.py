"""The parked child: a fork of a zygote that has put itself into its cell for good and waits for one program.

Everything that isolates it happens while parking, before it sees a byte of the request.
"""

from __future__ import annotations

import fcntl
import os
import random
import resource
import socket
import sys
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

    filter: seccomp.Filter
    ruleset: Optional[int]  # Landlock's; None where the kernel has none
    limits: List[Tuple[int, int, int]]


def prepare(settings: config.Config, readable: List[str], sizes: Sizes) -> Prepared:
    abi = landlock.version()
    ruleset = landlock.build(abi, _paths(readable), close_network=False) if abi else None
    return Prepared(seccomp.build(), ruleset, _limits(settings, sizes))


def _paths(readable: List[str]) -> List[Tuple[str, int]]:
    """Landlock's rules: a second statement of what the mounts say."""
    paths = [("/", landlock.READ_DIR)]  # listing a folder tells nothing that is not meant to be seen
    for path in readable:
        paths.append((path, landlock.READ_ONLY if os.path.isdir(path) else landlock.READ_ONLY & landlock.FILE_ONLY))
    paths += [(device, landlock.DEVICE) for device in policy.DEVICES]
    # The folder above the mount: the kernel looks for rules upwards, through mount points but not at them.
    paths.append((policy.SCRATCH_PARENT, landlock.FILE_RIGHTS[max(landlock.FILE_RIGHTS)]))
    return paths


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
        # The init of the cell is one more; the user namespace is the run's own, so the count is the run's own.
        (resource.RLIMIT_NPROC, settings.processes + 1, settings.processes + 1),
        (resource.RLIMIT_AS, address_space, address_space + last_words),
        (resource.RLIMIT_DATA, data, data + last_words),
    ]
    return [(which, _within(which, soft), _within(which, hard)) for which, soft, hard in everything]


def _within(which: int, wanted: int) -> int:
    """A hard limit that the server was started with cannot be raised."""
    _, hard = resource.getrlimit(which)
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def run(belongings: Belongings, prepared: Prepared) -> NoReturn:
    """Parks, receives one program, runs it, ends the process."""
    try:
        writer = _enter(belongings, prepared)
        _differ_from_siblings()
        control = socket.socket(fileno=CONTROL)
        main = program.rehearse()
        control.sendall(b"parked")
        request = dict(_receive(control))
        control.close()
        seconds = int(request["cpu-seconds"])
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    except BaseException as e:  # nothing of the program has run: the supervisor takes another child
        _complain(e)
        os._exit(1)
    program.run(request, writer, main)


def _enter(belongings: Belongings, prepared: Prepared) -> report.Writer:
    syscalls.setns(belongings.cell, isolation.JOINED_NAMESPACES)
    writer = report.Writer(belongings.report)
    _place_streams(belongings)
    os.umask(0o022)
    os.chdir(policy.WORK)
    syscalls.drop_capabilities()
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    if prepared.ruleset is not None:
        landlock.restrict(prepared.ruleset)
    syscalls.close_from(CONTROL + 1)
    for which, soft, hard in prepared.limits:
        resource.setrlimit(which, (soft, hard))
    seccomp.install(prepared.filter)
    return writer


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
