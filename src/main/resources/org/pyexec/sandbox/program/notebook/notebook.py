"""What makes a session a notebook: its cells are read, run, shown and remembered as Jupyter does.

In the program's own process, so nothing here is trusted outside.
"""

from __future__ import annotations

import __future__
import builtins
import contextlib
import importlib.machinery
import os
import sys
from types import TracebackType
from typing import Any, Dict, List, Optional

from . import earlier, ipython, notebook_lines, shell, steps, unawaited
from ...policy import policy
from ..display import display
from ..execution import coding, fence, last_expression, tracebacks

_LIBRARY = os.path.dirname(os.__file__)


class Notebook:
    """What the cells of one session share. `names` are those of the module in which they run."""

    def __init__(self, names: Dict[str, Any], folder: str) -> None:
        self._names = names
        self._folder = folder
        self._planner = steps.Planner()
        self._loop = steps.Loop()
        self.shell = shell.Shell(names, folder, self._planner, self._loop)
        # Processes that multiprocessing starts anew look for the file of the program, and a session has none.
        names["__spec__"] = importlib.machinery.ModuleSpec("__main__", None)
        of_programs: Any = builtins
        of_programs.get_ipython = ipython.get_ipython
        of_programs.__IPYTHON__ = True
        sys.dont_write_bytecode = True  # a module that has changed within a second would be taken for the old one
        earlier.show()
        unawaited.name_places_of_programs()
        _show_wide_tables()

    def read(self, source: bytes, file: str, shown: display.Displays) -> "Cell":
        """What is no Python in it as calls that are. Never raises for what a program says; the compiler will."""
        cell = Cell(source, file)
        try:
            self._look_again_for_modules()
            cell.translated = cell.take(self.shell.is_bare_magic)
            if b"__future__" in source:
                self._loop.flags |= _futures(cell.body)
            cell.may_await = self._planner.is_needed(source)
            if cell.may_await or self.shell.ast_node_interactivity == "all":
                every = shown.display if self.shell.ast_node_interactivity == "all" else None
                cell.steps = self._planner.split(cell.body, cell.last, every, lambda value: self.show(value, shown))
        except Exception:  # too deep or too large for it: then it is plain Python
            cell.body, cell.last, cell.steps = coding.text_of(source), None, None
        self.shell.begin(cell.text, file, cell.translated)
        return cell

    def _look_again_for_modules(self) -> None:
        """The importer remembers a folder by a time that has ticks, within which more files may come."""
        importer = sys.path_importer_cache.get(self._folder)
        if importer is not None:
            importer.invalidate_caches()

    def run(self, cell: "Cell") -> None:
        """Where one exec and one eval will not do."""
        with contextlib.suppress(Exception):  # of a module that is not asyncio
            self._loop.stand_by(cell.may_await)
        if cell.steps is not None:
            planned, cell.body, cell.last = cell.steps, b"", None
            self._loop.run(planned, cell.file, self._names)

    @property
    def flags(self) -> int:
        """For compile(): what this cell and those before it have imported from __future__."""
        return self._loop.flags

    def show(self, value: Any, shown: display.Displays) -> None:
        """The value of the last expression."""
        if value is not None:
            self.shell.history.keep(value)
            shown.result(value)


class Cell:
    def __init__(self, source: bytes, file: str) -> None:
        self.body: Any = source
        self.last: Any = None
        self.file = file
        self.translated: Optional[notebook_lines.Cell] = None
        self.steps: Optional[List[steps.Step]] = None
        self.may_await = False
        self._source = fence.without(source)
        self._lines = tracebacks.lines_of(source)

    @property
    def text(self) -> str:
        return "\n".join(self._lines)

    def take(self, is_magic: Any) -> Optional[notebook_lines.Cell]:
        """Sets body and last. What is Python already is left as it is."""
        text = coding.text_of(self._source)
        tree = _parsed(text)
        cell = None
        lines = tracebacks.lines_of(self._source)
        if tree is None or _is_one_name(tree) or notebook_lines.is_numbered(lines):
            cell = notebook_lines.translate(lines, is_magic)
            if cell is not None:
                self.body = cell.text
                tree = _parsed(cell.text)
                if tree is not None:
                    notebook_lines.relocate(tree, cell, self._lines)
        if tree is None:
            if cell is None:
                self.body = text
            return cell
        self.last = last_expression.of(tree, self._lines)
        self.body = tree
        return cell


def _parsed(source: Any) -> Any:
    try:
        return last_expression.parsed(source)
    except (SyntaxError, ValueError):
        return None


def _futures(tree: Any) -> int:
    """Flags of what is imported from __future__; the compiler says where there is no such thing."""
    imports = [each for each in getattr(tree, "body", []) if type(each).__name__ == "ImportFrom"]
    names = [alias.name for each in imports if each.module == "__future__" for alias in each.names]
    features = [getattr(__future__, name, None) for name in names]
    return sum({getattr(feature, "compiler_flag", 0) for feature in features})


def _is_one_name(tree: Any) -> bool:
    """Such as `ls`, which may be a magic's."""
    body = tree.body
    return len(body) == 1 and type(body[0]).__name__ == "Expr" and type(body[0].value).__name__ == "Name"


def _show_wide_tables() -> None:
    """What pandas has found out about the terminal that it is not in."""
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        pandas.set_option("display.max_columns", 20)


def without_our_frames(e: BaseException) -> BaseException:
    """The exception without the frames of ours, and of what they called in the standard library on the way to the program's.

    The first frame stays: it is that which executes programs, and tracebacks.py leaves it out.
    """
    frames: List[TracebackType] = []
    traceback = e.__traceback__
    while traceback is not None:
        frames.append(traceback)
        traceback = traceback.tb_next
    if all(not _is_ours(each) for each in frames[1:]):
        return e
    kept = frames[:1]
    left_out = _is_ours(frames[0])
    for each in frames[1:]:
        left_out = _is_ours(each) or (left_out and _file(each).startswith(_LIBRARY))
        if not left_out:
            kept.append(each)
    for each, following in zip(kept, [*kept[1:], None]):
        each.tb_next = following
    return e.with_traceback(kept[0])


def _file(traceback: TracebackType) -> str:
    return traceback.tb_frame.f_code.co_filename


def _is_ours(traceback: TracebackType) -> bool:
    return _file(traceback).startswith(policy.SHOWN_FOLDER)
