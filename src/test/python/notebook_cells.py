"""What tests of a session's cells have in common: a notebook without a sandbox."""

from __future__ import annotations

import asyncio
import contextlib
import io
import linecache
import sys
import types
import unittest
from typing import Any, Dict, List
from unittest import mock

from sandbox.policy import policy
from sandbox.program.display import display
from sandbox.program.execution import tracebacks
from sandbox.program.notebook import notebook


class Shown:
    """Instead of the memory that is shared with the supervisor."""

    def __init__(self) -> None:
        self.results: List[Any] = []
        self.displayed: List[Any] = []

    def display(self, *objects: Any, **_: Any) -> None:
        self.displayed.extend(objects)

    def result(self, value: Any) -> None:
        self.results.append(value)


def loop_of(cells: notebook.Notebook) -> Any:
    """None where there is none."""
    return cells._loop._loop


class CellsTest(unittest.TestCase):
    """A notebook of its own for each test."""

    def setUp(self) -> None:
        main = types.ModuleType("__main__")
        for patched in (
            mock.patch.dict(sys.modules, {"__main__": main}),
            mock.patch.dict("builtins.__dict__"),
            mock.patch.object(sys, "dont_write_bytecode", True),
            mock.patch.object(sys, "unraisablehook", sys.unraisablehook),
            mock.patch("threading.excepthook"),
            mock.patch("inspect.getfile"),
            mock.patch("inspect.findsource"),
        ):
            patched.start()
            self.addCleanup(patched.stop)
        self.addCleanup(display.show_on, display.target())
        self.names: Dict[str, Any] = main.__dict__
        self.notebook = notebook.Notebook(self.names, "/")
        self.number = 0
        self.addCleanup(self.close_loop)

    def close_loop(self) -> None:
        loop = loop_of(self.notebook)
        if loop is not None:
            loop.close()
            asyncio.set_event_loop(None)

    def run_cell(self, text: str) -> Any:
        """The value of its last expression, as interpreter.py and bottom.py come to it."""
        self.number += 1
        file = policy.PROGRAM if self.number == 1 else f"{policy.PROGRAM} (run {self.number})"
        shown: Any = Shown()
        display.show_on(shown)
        tracebacks.know_source(text.encode(), file)
        self.addCleanup(linecache.cache.pop, file, None)
        cell = self.notebook.read(text.encode(), file, shown)
        self.notebook.run(cell)
        flags = self.notebook.flags
        exec(compile(cell.body, file, "exec", flags, dont_inherit=True), self.names)
        if cell.last is not None:
            self.notebook.show(eval(compile(cell.last, file, "eval", flags, dont_inherit=True), self.names), shown)
        self.displayed = shown.displayed
        return shown.results[-1] if shown.results else None

    def said(self, text: str) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as words, contextlib.redirect_stderr(words):
            self.run_cell(text)
        return words.getvalue()
