"""The contestants without a server: an interpreter for each program, bare or with bubblewrap around it."""

from __future__ import annotations

import os
import sys
import time
from typing import Dict, List, NamedTuple

from programs import Program


class Timing(NamedTuple):
    """Seconds from the request to the whole answer, and to the end of reading the file that it reports."""

    answered: float
    fetched: float


class Wrong(Exception):
    """Somebody answered, but not what the program should give."""


class Child:
    """A command that has been started by posix_spawn, and the pipe on which its output comes."""

    def __init__(self, argv: List[str], environment: Dict[str, str]) -> None:
        self.output, theirs = os.pipe()
        actions = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, theirs, 1)]
        try:
            self.pid = os.posix_spawn(argv[0], argv, environment, file_actions=actions)
        finally:
            os.close(theirs)
        self.printed = b""

    def read(self) -> bool:
        """Reads what there is, or waits for some; false at the end."""
        part = os.read(self.output, 1 << 16)
        self.printed += part
        return bool(part)

    def wait(self) -> int:
        """The exit status, after the end of its output; negative for a signal."""
        os.close(self.output)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class Bare:
    """`python3 -c`, with nothing around it."""

    name = "bare"

    def __init__(self, folder: str) -> None:
        self.folder = folder  # the current one: posix_spawn cannot change it
        # The backend that a server would choose, and a place for matplotlib's list of fonts: made once, as in real use.
        self.environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": folder, "MPLBACKEND": "Agg"}

    def argv(self, code: str) -> List[str]:
        return [sys.executable, "-c", code]

    def start(self, code: str) -> Child:
        return Child(self.argv(code), self.environment)

    def run(self, program: Program) -> Timing:
        began = time.perf_counter()
        child = self.start(program.code)
        while child.read():
            pass
        status = child.wait()
        answered = time.perf_counter()
        content = self._file(program.file) if program.file else b""
        fetched = time.perf_counter()
        if status != 0 or child.printed.decode() != program.prints or (program.file and not program.wrote(content)):
            raise Wrong(f"{self.name}, {program.name}: status {status}, output {child.printed[:200]!r}")
        return Timing(answered - began, fetched - began)

    def _file(self, name: str) -> bytes:
        path = os.path.join(self.folder, name)
        with open(path, "rb") as file:
            content = file.read()
        os.unlink(path)
        return content


class Bubblewrap(Bare):
    """The same in namespaces of its own, where it sees the system read-only and writes to one folder."""

    name = "bubblewrap"

    def __init__(self, folder: str, bwrap: str) -> None:
        super().__init__(folder)
        self._prefix = [bwrap, "--unshare-all", "--die-with-parent", "--new-session"]
        # Without a process 1 of its own bwrap is faster, and waits for the program, whose processor time then counts.
        self._prefix += ["--as-pid-1", "--ro-bind", "/usr", "/usr"]
        for name in ("bin", "sbin", "lib", "lib32", "lib64"):
            if os.path.islink(f"/{name}"):
                self._prefix += ["--symlink", f"usr/{name}", f"/{name}"]
            elif os.path.isdir(f"/{name}"):
                self._prefix += ["--ro-bind", f"/{name}", f"/{name}"]
        if not sys.base_prefix.startswith("/usr"):
            self._prefix += ["--ro-bind", sys.base_prefix, sys.base_prefix]
        self._prefix += ["--ro-bind", "/etc", "/etc", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
        self._prefix += ["--bind", folder, "/work", "--chdir", "/work"]
        self.environment["HOME"] = "/work"

    def argv(self, code: str) -> List[str]:
        return self._prefix + super().argv(code)
