"""The packages that programs can import besides the standard library, found out once by an interpreter like theirs.

It has the programs' identity, reads what package managers have written, and imports none of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any, Callable, Dict, List

from ..events import loop
from ..policy import policy

MOST_BYTES = 1 << 20  # of the list
PATIENCE_SECONDS = 60.0
READ_BYTES = 64 << 10

# One line of JSON: name, version and modules of each, sorted by name. A package that says nothing about its modules has those of
# its files, or the one of its name; what cannot be found is none.
_LIST = """
import json, os, sys
os.nice(10)
from importlib import metadata, util
def found(name):
    try:
        return name.isidentifier() and util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
def modules(package, name):
    told = (package.read_text("top_level.txt") or "").split()
    files = [] if told else [file.parts[0] for file in package.files or [] if file.suffix in (".py", ".so")]
    names = {part.split(".")[0].split("/")[0] for part in told or files or [name.lower().replace("-", "_")]}
    return sorted(filter(found, names))
packages = {}
for package in metadata.distributions():
    try:
        name = package.metadata["Name"]
        if name and name.lower() not in packages:
            packages[name.lower()] = {"name": name, "version": package.version, "modules": modules(package, name)}
    except Exception as e:
        print("a package whose metadata cannot be read:", e, file=sys.stderr)
print(json.dumps([packages[name] for name in sorted(packages)]))
"""


class Listing:
    """Under way from its making on; `on_list` is called once with a line of JSON, unless there will be none."""

    def __init__(self, events: loop.Loop, on_list: Callable[[str], None], on_problem: Callable[[str], None]) -> None:
        self._on_list = on_list
        self._on_problem = on_problem
        self._loop = events
        self._read: List[bytes] = []
        self._size = 0
        try:
            self._process = _start()
        except OSError as e:  # no process, or no descriptor, just now
            on_problem(e.strerror or str(e))
            return
        assert self._process.stdout is not None
        self._pipe = self._process.stdout.fileno()
        self._timer = events.later(PATIENCE_SECONDS, lambda: self._end("it takes too long"))
        events.watch(self._pipe, loop.READ, self._on_output)

    def _on_output(self, _: int) -> None:
        data = os.read(self._pipe, READ_BYTES)
        self._read.append(data)
        self._size += len(data)
        if self._size > MOST_BYTES:
            self._end("it is too long")
        elif not data:
            self._end("" if self._size else "nothing came")

    def _end(self, problem: str) -> None:
        self._timer.cancel()
        self._loop.forget(self._pipe)
        assert self._process.stdout is not None
        self._process.stdout.close()
        if problem:
            self._process.kill()
            self._on_problem(problem)
        else:
            self._on_list(b"".join(self._read).decode("utf-8", "replace").strip())


def _start() -> "subprocess.Popen[bytes]":
    identity: Dict[str, Any] = {}
    if os.getuid() == 0:
        identity = {"user": policy.UNPRIVILEGED_ID, "group": policy.UNPRIVILEGED_ID, "extra_groups": []}
    return subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", _LIST],
        env=policy.environment(sys.executable),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        **identity,
    )
