"""The beginning of a fresh interpreter: what a child has brought along for one program, or for a session; fresh.py."""

from __future__ import annotations

import contextlib
import os
import resource
import sys
from typing import Any, Dict, FrozenSet, List, Tuple, Union

from . import confinement, entrance, memory_importer, quiet, stacks
from ..kernel import seccomp
from ..program import inputs, interpreter, main_module, program, startup
from ..program.execution import causes
from ..program.figures import figures
from ..wire import report

OWN_BYTES = 32 << 20  # of memory that an interpreter has at its start

Executable = Union[program.Run, interpreter.Turn]


def arrive(brought: Dict[str, Any], loaded: FrozenSet[str], path: List[str]) -> Executable:
    """`loaded` are the names of the modules that every interpreter has loaded at its start, `path` is its path then."""
    is_strict = bool(brought["filter"])
    if is_strict:
        seccomp.install(brought["filter"])
    writer = report.Writer()
    writer.attach(entrance.REPORT)
    _count_from_here(*brought["sizes"])
    kept = loaded.union(_install_substitutes()) if is_strict else loaded
    stacks.install()
    # A session's lines are known to modules that programs use as well, earlier.py: they stay, unless files take their place.
    if brought["is_shadowed"] or "session" not in brought:
        _forget_others(kept)
    _forget_what_was_not_there()
    figures.watch()
    quiet.expect_psutil("landlock" if is_strict else "namespaces")
    main_module.become_main(brought["work"], path)
    fields = brought["fields"]
    for note in brought["notes"]:
        program.notes.add(note)
    inputs.read_late({name: value for name, value in startup.variables_of(fields).items() if name in brought["late"]})
    if "session" in brought:
        stdin, word = brought["session"]
        session = interpreter.Interpreter(writer, confinement.CONTROL)
        session.word = word
        for descriptor in (confinement.CONTROL, stdin, word):
            os.set_inheritable(descriptor, False)
        return session.begin(fields, stdin)
    inputs.put_on_stage(fields)
    given = dict(fields)
    causes.remember_limits()
    return program.made(given["code"], writer, "result" in given)


def _count_from_here(address_space: int, data: int) -> None:
    """A program's limits of memory count from what the process that it runs in has itself, and this one is smaller."""
    for which, size in ((resource.RLIMIT_AS, address_space), (resource.RLIMIT_DATA, data)):
        limits = resource.getrlimit(which)
        less = max(0, size - OWN_BYTES)
        with contextlib.suppress(ValueError):
            soft, hard = (each if each == resource.RLIM_INFINITY else each - less for each in limits)
            resource.setrlimit(which, (soft, hard))


def _install_substitutes() -> Tuple[str, ...]:
    """Names of the modules that have them."""
    from . import substitutes  # here and not above: nobody else needs it

    substitutes.install()
    return substitutes.MODULES


def _forget_others(kept: FrozenSet[str]) -> None:
    """What is ours, and what that has imported, goes: whoever imports it gets his own, as in every interpreter."""
    for name in [name for name in sys.modules if name not in kept]:
        del sys.modules[name]


def _forget_what_was_not_there() -> None:
    memory_importer.forget()
    for folder in [folder for folder, finder in sys.path_importer_cache.items() if finder is None]:
        del sys.path_importer_cache[folder]  # it was not there yet, and comes with a session's first program
