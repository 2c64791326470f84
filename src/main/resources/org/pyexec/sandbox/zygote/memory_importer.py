"""Loads this package from memory, for processes that leave the folder in which it lies.

The warden reads all modules while it may still read them; zygotes import what they need later, so that the warden stays
small, and no stack trace in a program shows a path of the server.
"""

from __future__ import annotations

import builtins
import importlib.machinery
import os
import sys
from types import CodeType, ModuleType
from typing import Any, Dict, FrozenSet, Optional, Sequence, Tuple, Union

PACKAGE = "pyexec_sandbox"


class MemoryImporter:
    """Finder and loader in one; importlib's protocol.

    `sources` has what the files contain, by their paths within the package; `loaded` are the names of the modules that the
    interpreter had loaded before ours; `shown` is the folder that code compiled here names as its own.
    """

    def __init__(self, sources: Dict[str, Union[bytes, CodeType]], loaded: FrozenSet[str], shown: str) -> None:
        self.loaded = loaded
        self.used: Dict[str, CodeType] = {}
        self._sources = sources
        self._shown = shown
        self._builtins = dict(builtins.__dict__)

    def find_spec(
        self, name: str, path: Optional[Sequence[str]] = None, target: Optional[ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        if name.partition(".")[0] != PACKAGE:
            return None
        loader: Any = self
        return importlib.machinery.ModuleSpec(name, loader, is_package=_file(name, "/__init__.py") in self._sources)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        """With built-ins of their own, so that a program that replaces some replaces none of ours."""
        module.__dict__["__builtins__"] = self._builtins
        exec(self._compiled(module.__name__), module.__dict__)

    def _compiled(self, name: str) -> CodeType:
        room = _file(name, "/__init__.py")
        file = room if room in self._sources else _file(name, ".py")
        source = self._sources[file]
        code: CodeType
        if isinstance(source, CodeType):
            code = source
        else:
            code = compile(source, f"{self._shown}/{file}", "exec", dont_inherit=True)
        self.used[file] = code
        return code


def _file(name: str, end: str) -> str:
    """Of a module of ours, within the package."""
    return (name[len(PACKAGE) :].replace(".", "/") + end)[1:]


def take_into_memory(loaded: FrozenSet[str]) -> None:
    """From here on the package is imported from memory, anew."""
    package = os.path.dirname(os.path.dirname(__file__))
    sources: Dict[str, Union[bytes, CodeType]] = {}
    for folder, _, files in os.walk(package):
        for file in files:
            if file.endswith(".py"):
                path = os.path.join(folder, file)
                with open(path, "rb") as module:
                    sources[os.path.relpath(path, package)] = module.read()
    sys.path.remove(os.path.dirname(package))
    from ..policy import policy  # here and not above: fresh.py executes this file where there is no package yet

    shown = policy.SHOWN_FOLDER
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]
    sys.meta_path.insert(0, MemoryImporter(sources, loaded, shown))


def close(folder: str) -> None:
    """A folder that was given as a descriptor; proc(5), /proc/pid/fd."""
    os.close(int(os.path.basename(folder)))


def used() -> Tuple[Dict[str, CodeType], FrozenSet[str]]:
    """The code of what has been imported until now, by file, and the names of what had been loaded before."""
    importer: Any
    (importer,) = [finder for finder in sys.meta_path if _is_ours(finder)]
    return importer.used, importer.loaded


def forget() -> None:
    """Programs find no trace of it."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not _is_ours(finder)]


def _is_ours(finder: object) -> bool:
    """Its class may be that of the module as it was imported first."""
    return type(finder).__name__ == MemoryImporter.__name__
