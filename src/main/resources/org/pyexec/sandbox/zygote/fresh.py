"""A program that needs an interpreter of its own: one that has read nothing before the program's variables and files came.

The child replaces itself by a new interpreter, inside the same cell and behind the same walls, and takes along what that
needs: this package, and what has come for the program. arrival.py goes on there.
"""

from __future__ import annotations

import errno
import marshal
import os
import sys
from types import CodeType
from typing import Any, Dict, FrozenSet, List

from . import arrival
from . import confinement, entrance
from ..program import main_module, program, startup
from ..wire import frames

# All that happens here happens once the main program, this one, has ended: bottom.py. The names at the beginning are those
# that an interpreter has loaded by then; the rest goes again, and whoever imports it gets his own.
_START = """
import sys
loaded, path = frozenset(sys.modules), list(sys.path)
sys.path[:] = [each for each in path if each.startswith((sys.base_prefix, sys.prefix))]
import marshal
with open(%d, "rb") as luggage:
    brought, modules = marshal.load(luggage), marshal.load(luggage)
memory_importer = type(sys)("memory_importer")
exec(modules["zygote/memory_importer.py"], memory_importer.__dict__)
sys.meta_path.insert(0, memory_importer.MemoryImporter(modules, loaded, ""))
from pyexec_sandbox.program.execution import bottom
from pyexec_sandbox.zygote import arrival
bottom.go_on_with(lambda: arrival.arrive(brought, loaded, path))
"""

_TAKEN_ALONG = (arrival,)  # imported here, so that it is among what is taken along

_FAILED = "A fresh interpreter could not be started (%s): variables and modules are what they were when this one started."


class Luggage:
    """What every child of a zygote would take along."""

    def __init__(self, modules: Dict[str, CodeType], loaded: FrozenSet[str], given_up: confinement.Confinement) -> None:
        """`modules` are this package's, `loaded` the names of those that every interpreter has loaded at its start."""
        self._modules = marshal.dumps(modules)
        self._loaded = loaded
        self._given_up = given_up

    def reasons(self, fields: frames.Fields) -> List[str]:
        """Why the program needs a fresh interpreter, as notes; before its variables are set."""
        is_strict = self._given_up.second_filter is not None
        late, modules = startup.late_variables(fields), startup.late_modules(fields, self._loaded)
        variables = [name for name in late if startup.has_effect(name, is_strict)]
        without = [name for name in late if name not in variables]
        notes = []
        if variables:
            notes.append(f"Run in a fresh interpreter because {startup.named(variables)} given.")
        if modules:
            names = startup.listed(modules)
            notes.append(f"Run in a fresh interpreter because of files that are named like loaded modules: {names}.")
        if without:
            tell = notes.append if notes else program.notes.add
            tell(startup.WITHOUT_EFFECT_HERE % startup.listed(without))
        return notes

    def leave(self, brought: Dict[str, Any], keep: List[int]) -> str:
        """Goes on in a fresh interpreter, with the descriptors to keep; returns why that cannot be."""
        again = self._given_up.second_filter
        brought.update(sizes=tuple(self._given_up.sizes), filter=again.content if again else b"", work=main_module.work())
        variables = startup.variables_of(brought["fields"])
        at_start = {name: value for name, value in variables.items() if _is_given(name, again is not None)}
        brought["late"] = [name for name in variables if name not in at_start]
        brought["is_shadowed"] = bool(startup.late_modules(brought["fields"], self._loaded))
        try:
            packed = self._pack(brought)
        except OSError as e:
            return _FAILED % e.strerror
        except MemoryError:
            return _FAILED % os.strerror(errno.ENOMEM)
        keep = [entrance.REPORT, packed, *keep]
        try:
            for descriptor in keep:
                os.set_inheritable(descriptor, True)
            os.execve(sys.executable, [sys.executable, "-c", _START % packed], {**os.environb, **at_start})
        except OSError as e:
            for descriptor in keep:
                os.set_inheritable(descriptor, False)
            os.close(packed)
            return _FAILED % e.strerror

    def stay(self) -> None:
        """In this interpreter."""
        os.close(entrance.REPORT)
        self._given_up.give_up_the_rest()

    def _pack(self, brought: Dict[str, Any]) -> int:
        """Into a file without a name, since a pipe would not take it all; the caller owns the descriptor."""
        name = f"{main_module.work()}/.interpreter-{os.getpid()}"
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.unlink(name)
            for part in (marshal.dumps(brought), self._modules):
                rest = memoryview(part)
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
            os.lseek(descriptor, 0, os.SEEK_SET)
        except BaseException:
            os.close(descriptor)  # the program goes on here, and its disk is not full of this
            raise
        return descriptor


def _is_given(name: bytes, is_strict: bool) -> bool:
    """Whether the interpreter is started with it: where it has rights to give up still, with nothing that runs code."""
    return name in startup.HARMLESS if is_strict else not name.startswith(startup.KEPT_BACK)
