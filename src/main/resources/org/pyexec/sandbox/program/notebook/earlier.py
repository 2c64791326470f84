"""Lines of earlier cells, for whoever asks for them: inspect, trace, and what the interpreter prints of ignored exceptions.

There is no file in which the interpreter itself could look. `linecache` has the lines; tracebacks.py puts them there.
"""

from __future__ import annotations

import ast
import inspect
import io
import linecache
import sys
import threading
import tokenize
import traceback
import types
from typing import Any, List, Optional

from . import notebook_lines
from ...policy import policy
from ..execution import imports

_display, _has_lines = traceback.print_exception, linecache.getlines
_file_of, _source_of = inspect.getfile, inspect.findsource


def show() -> None:
    """From here on."""
    inspect.getfile, inspect.findsource = _getfile, _findsource
    sys.unraisablehook = _unraisable
    threading.excepthook = _in_thread
    imports.when_imported("trace", _read_by_trace)


def _getfile(object: Any) -> str:
    """Return the file in which an object was defined."""
    if inspect.isclass(object) and object.__module__ == "__main__":
        found = _file_with(object)
        if found is not None:
            return found
    return _file_of(object)


def _findsource(object: Any) -> Any:
    """Return the lines of a file and the index of the line where the object begins."""
    if inspect.isclass(object) and object.__module__ == "__main__":
        file = _file_with(object)
        line = None if file is None else _line_of_class(file, object.__qualname__.split("."))
        if file is not None and line is not None:
            return _has_lines(file), line
    return _source_of(object)


_getfile.__name__ = _getfile.__qualname__ = "getfile"
_findsource.__name__ = _findsource.__qualname__ = "findsource"


def _file_with(kind: type) -> Optional[str]:
    """By one of its methods, else the last cell that has a class of this name."""
    for value in list(vars(kind).values()):
        function = inspect.unwrap(getattr(value, "__func__", getattr(value, "fget", None) or value))
        code = getattr(function, "__code__", None)
        if isinstance(code, types.CodeType) and function.__qualname__.startswith(kind.__qualname__ + "."):
            if _is_cell(code.co_filename):
                return code.co_filename
    cells = [name for name in list(linecache.cache) if _is_cell(name)]
    path = kind.__qualname__.split(".")
    return next((name for name in reversed(cells) if _line_of_class(name, path) is not None), None)


def _is_cell(name: str) -> bool:
    return name == policy.PROGRAM or name.startswith(policy.PROGRAM + " (")


def _line_of_class(file: str, path: List[str]) -> Optional[int]:
    """Counted from 0, with its decorators; None where there is none."""
    text = "".join(_has_lines(file))
    if "class " + path[-1] not in text:
        return None
    try:
        nodes: List[Any] = ast.parse(notebook_lines.python(text)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for name in path:
        if name == "<locals>":
            continue
        found = [node for top in nodes for node in ast.walk(top) if getattr(node, "name", None) == name]
        if not found:
            return None
        nodes = [found[-1]]
    first: int = min([nodes[0].lineno, *(each.lineno for each in nodes[0].decorator_list)])
    return first - 1


def _read_by_trace(module: Any) -> None:
    """It opens the files of what it has counted, and writes one for each: main.cover, `main (run 2).cover`."""
    results = getattr(module, "CoverageResults", None)
    if results is None:  # it is a program's own
        return
    for name in ("_modname", "_fullmodname"):
        usual = getattr(module, name)
        setattr(module, name, lambda path, usual=usual: path.replace(".py", "") if _is_cell(path) else usual(path))
    module.open = _open
    module.tokenize = types.SimpleNamespace(**{**vars(tokenize), "open": _open_source})
    is_ignored = results.is_ignored_filename
    results.is_ignored_filename = lambda self, name: name.startswith(policy.SHOWN_FOLDER) or is_ignored(self, name)


def _open(path: Any, mode: str = "r", **options: Any) -> Any:
    if not _is_cell(path):
        return open(path, mode, **options)
    text = notebook_lines.python("".join(_has_lines(path)))
    content = io.BytesIO(text.encode("utf-8", "surrogatepass"))
    return content if "b" in mode else io.TextIOWrapper(content, "utf-8", "surrogatepass")


def _open_source(path: Any) -> Any:
    """tokenize.open(). Raises OSError for what is compiled in a session only: await outside of functions."""
    if not _is_cell(path):
        return tokenize.open(path)
    file = _open(path)
    try:
        compile(file.read(), path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
        raise OSError(str(e)) from None
    file.seek(0)
    return file


def _unraisable(unraisable: Any) -> None:
    """As the interpreter prints it; sys.unraisablehook."""
    what = unraisable.err_msg or "Exception ignored in"
    try:
        who = "" if unraisable.object is None else f" {unraisable.object!r}"
    except BaseException:
        who = " <object repr() failed>"
    _print(f"{what}:{who}\n", unraisable)


def _in_thread(arguments: Any) -> None:
    """threading.excepthook."""
    if arguments.exc_type is SystemExit:
        return
    name = threading.get_ident() if arguments.thread is None else arguments.thread.name
    _print(f"Exception in thread {name}:\n", arguments)


def _print(head: str, raised: Any) -> None:
    stderr = sys.stderr
    if stderr is None:
        return
    words = io.StringIO()
    _display(raised.exc_type, raised.exc_value, raised.exc_traceback, file=words)
    stderr.write(head + words.getvalue())
    stderr.flush()
