"""Tells whether an interpreter can run programs: it must start under the identity that programs have.

Prints one line: "complete EXECUTABLE VERSION", "incomplete EXECUTABLE VERSION" when a module to preload cannot be
imported, or "problem TEXT"; words are separated by tabs. A shim is seen through, since sys.executable is the real one.
"""

from __future__ import annotations

import os
import platform
import select
import signal
import sys
from typing import List, NoReturn, Tuple

from ..kernel import isolation
from ..policy import policy

OLDEST = (3, 9)  # pidfd_open, send_fds
CANNOT_START = 126
PATIENCE_SECONDS = 40  # less than the server's with us


def main() -> NoReturn:
    modules = [argument for argument in sys.argv[2:] if argument]
    print("\t".join(_verdict(modules)), flush=True)
    sys.exit(0)


def _verdict(modules: List[str]) -> Tuple[str, ...]:
    version = platform.python_version()
    executable = _real(sys.executable)
    if sys.version_info < OLDEST:
        return ("problem", f"{executable} is Python {version}; 3.9 or later is needed")
    if _runs(executable, "import ctypes") != 0:
        identity = f"user id {policy.UNPRIVILEGED_ID}" if os.getuid() == 0 else "this user"
        return ("problem", f"{executable} cannot be read and run by {identity}, under which programs run")
    # A module may leave a thread running, for whose end an interpreter waits.
    wanted = "; ".join([*(f"import {module}" for module in modules), "import os", "os._exit(0)"])
    complete = not modules or _runs(executable, wanted) == 0
    return ("complete" if complete else "incomplete", executable, version)


def _real(executable: str) -> str:
    """Links are followed, except out of a virtual environment: there the link is what makes it one."""
    for folder in (os.path.dirname(executable), os.path.dirname(os.path.dirname(executable))):
        if os.path.exists(os.path.join(folder, "pyvenv.cfg")):
            return executable
    return os.path.realpath(executable)


def _runs(executable: str, code: str) -> int:
    """The exit status of the interpreter under the programs' identity."""
    pid = os.fork()
    if pid == 0:
        try:
            isolation.leave_root()
            nowhere = os.open("/dev/null", os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nowhere, stream)
            os.chdir("/")
            os.execve(executable, [executable, "-I", "-B", "-c", code], policy.environment(executable))
        except OSError:
            pass
        os._exit(CANNOT_START)
    ended = select.poll()
    ended.register(os.pidfd_open(pid), select.POLLIN)
    if not ended.poll(PATIENCE_SECONDS * 1000):
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
