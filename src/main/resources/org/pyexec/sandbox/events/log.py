"""What the supervisor says to the server."""

from __future__ import annotations

import os

from . import loop
from ..wire import text

LONGEST_LINE = 4096


def say(kind: str, *words: str) -> None:
    """One line: a word, then values, separated by tabs."""
    line = "\t".join((kind, *words)).translate({ord("\n"): " ", ord("\r"): " "})
    print(line, flush=True)


class Echo:
    """Logs what other processes write into a pipe, whose reading end is its own, a line at a time until its end.

    On the supervisor's own standard output their words could stand in the middle of its lines, or be taken for them.
    """

    def __init__(self, events: loop.Loop, descriptor: int) -> None:
        self._loop = events
        self._descriptor = descriptor
        self._rest = b""
        events.watch(descriptor, loop.READ, self._on_output)

    def _on_output(self, _: int) -> None:
        data = os.read(self._descriptor, LONGEST_LINE)
        *lines, self._rest = (self._rest + data).split(b"\n")
        if not data or len(self._rest) > LONGEST_LINE:
            whole = text.whole_characters(self._rest) if data else len(self._rest)
            lines.append(self._rest[:whole])
            self._rest = self._rest[whole:]
        for line in lines:
            if line.strip():
                say("log", line.decode("utf-8", "replace"))
        if not data:
            self._loop.forget(self._descriptor)
            os.close(self._descriptor)
