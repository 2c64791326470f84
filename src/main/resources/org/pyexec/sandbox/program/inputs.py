"""What a program finds at its start besides its code: files, arguments, environment, lower limits. In the child."""

from __future__ import annotations

import os
import resource
import sys
import time
from typing import Any, Dict, List, Optional, Tuple

from . import program, startup
from ..policy import policy
from ..wire import frames, request
from .execution import causes

READ_BYTES = 256 << 10
# Bound before any program runs, which may replace what os has.
_close, _exit, _read, _write = os.close, os._exit, os.read, os.write


class NoRoom(Exception):
    """The files are larger than what the program may write."""


def place(files: List[request.Input], contents: "Contents", folder: bytes = b"", replace: bool = False) -> None:
    """Writes them below the folder, by default the current one; raises OSError, and NoRoom without leaving any."""
    begun: List[bytes] = []
    try:
        for each in files:
            begun.append(os.path.join(folder, each.name))
            _place(begun[-1], each.size, contents, replace)
    except OSError as e:
        if e.errno not in request.FULL:
            raise
        _take_away(begun)  # they would be taken for what the program left
        raise NoRoom from e


class Contents:
    """Those of all files, in the order in which they come."""

    def __init__(self, files: List[request.Input], control: int) -> None:
        self._read = memoryview(b"")
        self._control = control
        self._left = sum(each.size for each in files)

    def take(self, most: int) -> memoryview:
        if not self._read:
            self._read = memoryview(_read(self._control, min(READ_BYTES, self._left)))
            if not self._read:
                _exit(0)  # nobody wants this run any more
        taken, self._read = self._read[:most], self._read[most:]
        self._left -= len(taken)
        return taken

    def skip(self) -> None:
        """What is still to come."""
        while self._left:
            self.take(READ_BYTES)


def _place(path: bytes, size: int, contents: Contents, replace: bool) -> None:
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    if replace and os.path.lexists(path):
        os.unlink(path)
    fill(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644), size, contents)


def fill(descriptor: int, size: int, contents: Contents) -> None:
    """Writes what comes next of the contents to a file, and closes it."""
    try:
        while size:
            part = contents.take(size)
            size -= len(part)
            while part:
                part = part[_write(descriptor, part) :]
    finally:
        _close(descriptor)


def _take_away(paths: List[bytes]) -> None:
    for path in paths:
        try:
            os.unlink(path)
        except OSError:
            pass  # it did not get that far


def put_on_stage(fields: frames.Fields) -> None:
    """Arguments and environment, as if the interpreter had been started with them."""
    arguments = [os.fsdecode(value) for name, value in fields if name == "arg"]
    sys.argv = [policy.PROGRAM, *arguments]
    if sys.version_info >= (3, 10):
        sys.orig_argv = [sys.executable, policy.PROGRAM, *arguments]
    variables = startup.variables_of(fields)
    for name, value in variables.items():
        os.environb[name] = value
    kept_back = startup.kept_back(fields) if variables else []
    if kept_back:
        program.notes.add(startup.ONLY_FOR_OTHERS % startup.listed(kept_back))
    if b"TZ" in variables:
        time.tzset()
    if variables.get(b"PYTHONUNBUFFERED"):
        for stream in (sys.stdout, sys.stderr):
            output: Any = stream
            output.reconfigure(write_through=True)
    if variables.get(b"PYTHONDONTWRITEBYTECODE"):
        sys.dont_write_bytecode = True


def read_late(variables: Dict[bytes, bytes]) -> None:
    """What a fresh interpreter would have done itself, had it been started with them. The working folder comes first."""
    given = {os.fsdecode(name): os.fsdecode(value) for name, value in variables.items() if value}
    folders = given.get("PYTHONPATH", "")
    sys.path[1:1] = [os.path.abspath(each) for each in folders.split(os.pathsep) if folders]
    filters = given.get("PYTHONWARNINGS")
    if filters:
        import warnings

        sys.warnoptions += filters.split(",")
        of_the_interpreter: Any = warnings
        of_the_interpreter._processoptions(sys.warnoptions)
    sys.pycache_prefix = given.get("PYTHONPYCACHEPREFIX", sys.pycache_prefix)
    if "PYTHONUSERBASE" in given:
        _take_packages_of_user(given["PYTHONUSERBASE"])


def _take_packages_of_user(base: str) -> None:
    """As site.py does, but for `.pth` files, which are programs. They come before those of the system."""
    import site

    python: Any = site
    site.USER_BASE, site.USER_SITE = base, python._get_path(base)
    folder = os.path.abspath(site.USER_SITE or "")
    if site.ENABLE_USER_SITE and os.path.isdir(folder):
        of_the_system = [place for place, each in enumerate(sys.path) if each.endswith("-packages")]
        sys.path.insert(min(of_the_system, default=len(sys.path)), folder)


def lower_limits(given: Dict[str, bytes], more_processes: Optional[int]) -> None:
    """Below what the child was parked with; setrlimit(2).

    `more_processes`: what the kernel counts besides the program's; None where it counts those of others as well.
    """
    less = int(given.get("less-memory", b"0"))
    if less:
        # Data counts once, address space twice: as in confinement.py.
        for which, amount in ((resource.RLIMIT_DATA, less), (resource.RLIMIT_AS, 2 * less)):
            resource.setrlimit(which, _reduced(resource.getrlimit(which), amount))
    if "processes" in given and more_processes is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
        most = int(given["processes"]) + more_processes
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
    if "less-memory" in given or "processes" in given:
        causes.remember_limits()


def _reduced(limits: Tuple[int, int], amount: int) -> Tuple[int, int]:
    soft, hard = (limit if limit == resource.RLIM_INFINITY else max(0, limit - amount) for limit in limits)
    return soft, hard
