"""The module, the file and the folder in which programs run."""

from __future__ import annotations

import builtins
import importlib.machinery
import os
import sys
import types
from typing import Any, Dict, List, Optional

from ..policy import policy
from .notebook import ipython, ipython_display

_work = policy.WORK  # the working folder
_main: types.ModuleType


def path() -> str:
    return f"{_work}/{policy.PROGRAM}"


def write_source(code: bytes) -> None:
    descriptor = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    rest = memoryview(code)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.close(descriptor)


def become_main(work: str = policy.WORK, own_path: Optional[List[str]] = None) -> None:
    """Makes the process look like a fresh interpreter that was given main.py; in a zygote, in the usual folder.

    `own_path` is that of an interpreter that really is fresh.
    """
    global _main, _work
    _work = work
    main = types.ModuleType("__main__")
    main.__dict__.update(
        __loader__=importlib.machinery.SourceFileLoader("__main__", path()),
        __annotations__={},
        __builtins__=builtins,
        __file__=path(),
        __cached__=None,
    )
    package = __name__.split(".")[0]
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        del sys.modules[name]
    sys.modules["__main__"] = _main = main
    of_programs: Any = builtins
    of_programs.display = ipython_display.display
    ipython.offer()
    sys.argv = [policy.PROGRAM]
    if sys.version_info >= (3, 10):
        sys.orig_argv = [sys.executable, policy.PROGRAM]
    if own_path is None:
        sys.path.insert(0, _work)
        sys.dont_write_bytecode = False
    else:
        sys.path[:] = [each or _work for each in own_path]
    output: Any = sys.stdout
    output.reconfigure(line_buffering=True)


def names() -> Dict[str, object]:
    """Of the module in which programs run."""
    return _main.__dict__


def work() -> str:
    """The working folder."""
    return _work


def make_file() -> None:
    """In the child, ahead of the request: on a disk, making a file takes longer than filling it."""
    write_source(b"")


def move_to(work: str) -> None:
    """In a child whose working folder is not the usual one."""
    global _work
    _work = work
    loader: Any = _main.__loader__
    _main.__file__ = loader.path = path()
    sys.path[0] = work


def module() -> types.ModuleType:
    return _main
