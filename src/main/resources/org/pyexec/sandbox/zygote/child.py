"""The parked child: a fork of a zygote that has put itself into its cell for good and waits for one program.

Everything that isolates it happens while parking, before it sees a byte of the request.
"""

from __future__ import annotations

import os
import random
import resource
import socket
import struct
import sys
import tempfile
import threading
from types import CodeType
from typing import Any, Dict, FrozenSet, List, Tuple, Union

from . import entrance, fresh, generators
from ..kernel import surroundings
from ..policy import config, policy
from ..program import inputs, interpreter, main_module, program
from ..program.execution import causes
from ..wire import frames, report, request
from ..kernel.syscall_batch import SyscallBatch
from .confinement import CONTROL, Belongings, Confinement, Sizes, limit_open_files

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

PARKED = b"parked"

Executable = Union[program.Run, interpreter.Turn]
Modules = Tuple[Dict[str, CodeType], FrozenSet[str]]  # sources.used


class Prepared:
    """What all children of a zygote have in common, made once; `proc` is a handle of a /proc."""

    def __init__(self, settings: config.Config, readable: List[str], sizes: Sizes, proc: int, modules: Modules) -> None:
        self.zygote = os.getpid()
        self.report = report.Writer()
        self.confinement = Confinement(settings, readable, sizes, self.report)
        self.luggage = fresh.Luggage(*modules, self.confinement)
        self.entrance = entrance.Entrance(proc, settings.disk) if settings.tier == "namespaces" else None
        self.processors = sorted(os.sched_getaffinity(0))
        self.most_processors = surroundings.most_processors(settings.processes)
        self.telling = _tell_parked(self.entrance is not None)


def run(belongings: Belongings, prepared: Prepared, way: str, user: str) -> Executable:
    """Parks, receives one program, or the first of a session, gives it to be run; or ends the process.

    `way` into the cell: "namespaces", "folder".
    """
    try:
        if way == "folder":
            _enter_folder(belongings.cell)
        else:
            _enter_namespaces(belongings, prepared, int(user))
        prepared.confinement.run(belongings, int(user))
        if way == "folder" and os.getppid() != prepared.zygote:
            os._exit(0)  # it ended before we had asked to end with it
        _differ_from_siblings()
        _take_processors(prepared.processors, prepared.most_processors)
        main_module.make_file()
        program.rehearse()
        _rehearse(prepared)
        prepared.telling.run()
        causes.remember_limits()  # while nobody waits
        fields = _receive(CONTROL)
        given = dict(fields)
        more_processes = prepared.confinement.counts_processes(int(user))
        if "session" in given:
            inputs.lower_limits(given, more_processes)
            return interpreter.Interpreter(prepared.report, CONTROL, prepared.luggage).next()
        files = request.inputs_of(fields)
        inputs.place(files, inputs.Contents(files, CONTROL))
        os.close(CONTROL)
        inputs.lower_limits(given, more_processes)
        seconds = int(given["cpu-seconds"])
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        reasons = prepared.luggage.reasons(fields)
        if reasons:
            program.notes.add(prepared.luggage.leave({"fields": fields, "notes": reasons}, []))
        prepared.luggage.stay()
        inputs.put_on_stage(fields)
    except inputs.NoRoom:
        program.end_without_room(prepared.report)
    except BaseException as e:  # nothing of the program has run: the supervisor takes another child
        _complain(e, belongings.control)
        os._exit(1)
    return program.made(given["code"], prepared.report, "result" in given)


def _rehearse(prepared: Prepared) -> None:
    """What is done for every program before it begins; program.py."""
    nothing: frames.Fields = frames.decode(frames.encode([("code", b"")]))
    inputs.place([], inputs.Contents([], CONTROL))
    prepared.luggage.reasons(nothing)
    inputs.put_on_stage(nothing)
    inputs.lower_limits({}, None)


def _enter_namespaces(belongings: Belongings, prepared: Prepared, user: int) -> None:
    """Joins the init's namespaces, which nobody has touched yet, and furnishes them."""
    assert prepared.entrance is not None
    prepared.entrance.enter(belongings.cell, user)


def _enter_folder(folder: int) -> None:
    os.fchdir(folder)
    home = os.getcwd()
    for name, place in policy.places(home).items():
        os.environ[name] = place  # os.environ.update() goes through much more memory
    tempfile.tempdir = None
    os.chdir("work")
    main_module.move_to(home + "/work")


def _tell_parked(has_handle: bool) -> SyscallBatch:
    """Sends one word, with the handle of the scratch where the supervisor does not have one; sendmsg(2), cmsg(3)."""
    calls = SyscallBatch()
    if has_handle:
        word = calls.keep(PARKED)
        part = calls.keep(struct.pack("=QQ", word, len(PARKED)))
        rights = calls.keep(struct.pack("=QiiiI", 20, socket.SOL_SOCKET, socket.SCM_RIGHTS, entrance.HANDLE, 0))
        calls.add("sendmsg", CONTROL, struct.pack("=QIIQQQQiI", 0, 0, 0, part, 1, rights, 24, 0, 0), 0)
        calls.add("close", entrance.HANDLE)
    else:
        calls.add("write", CONTROL, PARKED, len(PARKED))
    limit_open_files(calls)
    return calls.seal()


def _differ_from_siblings() -> None:
    """Forks share the state of random generators; `random` itself is reseeded by Python at every fork."""
    generators.reseed()
    thread: Any = threading.main_thread()
    thread._set_native_id()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(random.getrandbits(32))


def _take_processors(usable: List[int], most: int) -> None:
    """Where they are more than a program is given, others than its siblings have."""
    if len(usable) > most:
        os.sched_setaffinity(0, random.sample(usable, most))


def _receive(control: int) -> frames.Fields:
    """One frame's fields, and not a byte more: descriptors may come with what follows."""
    _, length = frames.header(_exactly(control, frames.HEADER_BYTES))
    return frames.decode(_exactly(control, length))


def _exactly(control: int, size: int) -> bytes:
    data = os.read(control, size)
    while len(data) < size:
        more = os.read(control, size - len(data))
        if not more:
            os._exit(0)  # the supervisor does not need this child any more
        data += more
    return data


def _complain(e: BaseException, control: int) -> None:
    """Through the socket to the supervisor, wherever it is by now."""
    for descriptor in (CONTROL, control):
        try:
            os.write(descriptor, f"problem {type(e).__name__}: {e}".encode())
            return
        except OSError:
            continue
