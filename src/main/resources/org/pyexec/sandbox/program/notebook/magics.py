"""Magics about variables, earlier cells, output and the notebook itself."""

from __future__ import annotations

import builtins
import contextlib
import os
import sys
from typing import Any, Callable, Dict, List

from . import commands, notebook_lines
from .speech import UsageError, say

# Cells in other languages, for which there is nothing here.
FOREIGN = (
    "R", "bigquery", "cmd", "cpp", "cuda", "cython", "dot", "fortran", "julia", "manim", "mermaid", "powershell", "pypy", "ruby", "sql",
)  # fmt: skip
_WIDEST = 100  # characters of a variable's value
_BUILTIN = ("get_ipython", "exit", "quit", "open")  # that programs import, and that are no variables of theirs


def _nothing(shell: Any, line: str, frame: Any, body: str = "") -> None:
    """What a notebook's interface needs and this one does not."""


def _missing(sentence: str) -> Callable[..., None]:
    def magic(shell: Any, line: str, frame: Any, body: str = "") -> None:
        say(sentence)
        if body:
            shell.run_body(body)

    return magic


def pylab(shell: Any, line: str, frame: Any) -> None:
    """The names that %pylab brings."""
    text = "import numpy\nimport matplotlib\nfrom matplotlib import pylab, mlab, pyplot\nnp = numpy\nplt = pyplot\n"
    exec(text + "from pylab import *\nfrom numpy import *\n", shell.user_ns)


# --- variables ------------------------------------------------------------------------------------------------------


def _own(shell: Any) -> List[str]:
    names = shell.user_ns
    hidden = {"_exit_code", *(name for name in _BUILTIN if names.get(name, names) is getattr(builtins, name, None))}
    return sorted(
        name for name in names if not name.startswith("__") and not shell.history.is_own(name) and name not in hidden
    )


def _who(shell: Any, line: str, frame: Any) -> None:
    kinds = line.split()
    names = [name for name in _own(shell) if not kinds or type(shell.user_ns[name]).__name__ in kinds]
    print("\t ".join(names) if names else "Interactive namespace is empty.")


def _who_list(shell: Any, line: str, frame: Any) -> List[str]:
    return [name for name in _own(shell) if not line or type(shell.user_ns[name]).__name__ in line.split()]


def _whos(shell: Any, line: str, frame: Any) -> None:
    names = _who_list(shell, line, frame)
    if not names:
        print("Interactive namespace is empty.")
        return
    rows = [(name, type(shell.user_ns[name]).__name__, _in_one_line(shell.user_ns[name])) for name in names]
    width, kind = (max(len(row[i]) for row in [("Variable", "Type", ""), *rows]) for i in (0, 1))
    print(f"{'Variable':<{width}}   {'Type':<{kind}}   Data/Info")
    print("-" * (width + kind + 15))
    for name, of, value in rows:
        print(f"{name:<{width}}   {of:<{kind}}   {value}")


def _in_one_line(value: Any) -> str:
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple):
        return f"shape {shape}"
    text = f"n={len(value)}" if isinstance(value, (list, dict, set)) else " ".join(repr(value).split())
    return text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."


def _reset(shell: Any, line: str, frame: Any) -> None:
    """Without a question, since nobody could answer."""
    for name in _own(shell):
        del shell.user_ns[name]


def _delete(shell: Any, line: str, frame: Any) -> None:
    for name in line.split():
        shell.user_ns.pop(name, None)


def _precision(shell: Any, line: str, frame: Any) -> str:
    text = line.strip()
    form = f"%.{text}f" if text.isdigit() else text
    try:
        form and form % 3.14
    except (TypeError, ValueError):
        raise UsageError(f"{text} is neither a number of digits nor a format such as %.3f") from None
    shell.display_formatter.float_format = form
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.set_printoptions(precision=int(text) if text.isdigit() else 8)
    return form or "%r"


# --- questions ------------------------------------------------------------------------------------------------------


def _about(shell: Any, line: str, frame: Any, source: bool = False) -> None:
    name = line.strip().rstrip("?")
    if name.startswith("%"):
        found = shell.find_line_magic(name.strip("%")) or shell.find_cell_magic(name.strip("%"))
        print(f"{name}: {'a magic of this notebook' if found else 'not known here'}")
    elif "*" in name:
        import fnmatch

        print("\n".join(sorted(fnmatch.filter([*dir(builtins), *_own(shell)], name))))
    else:
        _about_value(shell, name, frame, source)


def _about_value(shell: Any, name: str, frame: Any, source: bool) -> None:
    try:
        value = eval(name, {**shell.user_ns, **(frame.f_locals if frame is not None else {})})
    except Exception:
        print(f"Object `{name}` not found.")
        return
    _describe(value, name, source)


def _describe(value: Any, name: str, source: bool) -> None:
    import inspect

    with contextlib.suppress(Exception):
        if callable(value):
            print(f"Signature: {name.rpartition('.')[2]}{inspect.signature(value)}")
    print(f"Type:      {type(value).__name__}")
    if not callable(value) and not inspect.ismodule(value):
        print(f"String form: {_in_one_line(value)}")
    with contextlib.suppress(Exception):
        print(f"File:      {os.path.basename(inspect.getfile(value))}")
    with contextlib.suppress(Exception):
        if source:
            print(f"Source:\n{inspect.getsource(value)}")
            return
    print(f"Docstring:\n{inspect.getdoc(value) or '<no docstring>'}")


def _about_source(shell: Any, line: str, frame: Any) -> None:
    _about(shell, line, frame, source=True)


def _list(shell: Any, line: str, frame: Any) -> None:
    lines, cells = {**shell.line_magics, **shell.own_line_magics}, {**shell.cell_magics, **shell.own_cell_magics}
    print("Available line magics:\n" + "  ".join(f"%{name}" for name in sorted(lines)))
    print("\nAvailable cell magics:\n" + "  ".join(f"%%{name}" for name in sorted(cells)))


def _history(shell: Any, line: str, frame: Any) -> None:
    for number, text in enumerate(shell.history.inputs[1:], 1):
        print(f"{number:4}: {text}" if "-n" in line.split() else text)


# --- programs -------------------------------------------------------------------------------------------------------


def _run(shell: Any, line: str, frame: Any) -> None:
    """Its variables are there afterwards; with -i it has those of the notebook."""
    words = commands.split(shell.var_expand(line, frame))
    options = []
    while words and words[0].startswith("-"):
        options.append(words.pop(0))
    if not words:
        raise UsageError("%run takes the name of a file")
    path = os.path.expanduser(words[0])
    path = path if os.path.exists(path) else path + ".py"
    try:
        with open(path, encoding="utf-8") as file:
            text = _text_of_notebook(file.read()) if path.endswith(".ipynb") else file.read()
    except OSError as e:
        raise UsageError(f"{words[0]}: {e.strerror}") from None
    path = os.path.abspath(path)
    own = os.path.splitext(os.path.basename(path))[0] if "-n" in options else "__main__"
    names = shell.user_ns if "-i" in options else {"__name__": own, "__file__": path, "__builtins__": builtins}
    arguments, sys.argv = sys.argv, [path, *words[1:]]
    try:
        text = notebook_lines.python(text) if path.endswith((".ipynb", ".ipy")) else text
        exec(compile(text, path, "exec", dont_inherit=True), names)
    except SystemExit as e:
        if e.code not in (None, 0):
            say(f"{words[0]} exited: {e.code}")
    finally:
        sys.argv = arguments
        if names is not shell.user_ns:
            shell.user_ns.update({name: value for name, value in names.items() if not name.startswith("__")})


def _text_of_notebook(text: str) -> str:
    import json

    cells = [each for each in json.loads(text).get("cells", []) if each.get("cell_type") == "code"]
    return "\n".join(notebook_lines.python("".join(each.get("source", []))) for each in cells)


def _load(shell: Any, line: str, frame: Any) -> None:
    path = os.path.expanduser(commands.split(line)[-1] if line.strip() else "")
    try:
        with open(path, encoding="utf-8") as file:
            print(file.read())
    except OSError as e:
        raise UsageError(f"{path}: {e.strerror}") from None


LINE: Dict[str, Callable[..., Any]] = {
    **{name: _nothing for name in (
        "matplotlib", "config", "load_ext", "reload_ext", "unload_ext", "autoreload", "aimport", "colors", "gui", "autosave",
        "rehashx", "autoawait",
    )},
    "pylab": pylab, "who": _who, "who_ls": _who_list, "whos": _whos, "reset": _reset, "xdel": _delete, "precision": _precision,
    "pinfo": _about, "pinfo2": _about_source, "pdoc": _about, "psource": _about_source, "pdef": _about, "psearch": _about,
    "lsmagic": _list, "magic": _list, "quickref": _list, "history": _history, "hist": _history,
    "run": _run, "load": _load, "pycat": _load, "pfile": _load,
    "store": _missing("%store: nothing is kept beyond the session; write a file instead."),
    "debug": _missing("%debug: there is no debugger here, since nobody could answer it."),
    "pdb": _missing("%pdb: there is no debugger here, since nobody could answer it."),
    "edit": _missing("%edit: there is no editor here."),
    "alias": _missing("%alias: there are no commands of one's own here; a function can call get_ipython().system()."),
    "autocall": _missing("%autocall: functions are called with parentheses here."),
    "automagic": _missing("%automagic: a magic without its % is understood where it is the only line."),
    "connect_info": _missing("%connect_info: there is no kernel here to which others could connect."),
    "doctest_mode": _missing("%doctest_mode: prompts are always left out, and values always look as in a notebook."),
    "logstart": _missing("%logstart: cells are not logged here; %history prints them."),
    "logstop": _missing("%logstop: cells are not logged here; %history prints them."),
    "page": _missing("%page: there is no pager here; print() shows the value."),
    "pastebin": _missing("%pastebin: nothing is sent anywhere from here; write a file instead."),
    "pprint": _missing("%pprint: values always look as in a notebook; print() shows them in one line."),
    "qtconsole": _missing("%qtconsole: there is no kernel here to which others could connect."),
    "reset_selective": _missing("%reset_selective: variables are not chosen by a pattern here; %xdel takes their names."),
    "tb": _missing("%tb: tracebacks of earlier cells are not kept here; traceback.print_exc() prints one."),
    "watermark": _missing("%watermark: it is not here; %pip list prints versions, and sys.version is that of Python."),
    "xmode": _missing("%xmode: tracebacks always look as those of Python."),
    "recall": _missing("%recall: there is no next cell to put it into."),
    "memit": _missing("%memit: memory cannot be measured by line here; run.peakMemoryBytes has that of the program."),
    "mprun": _missing("%mprun: memory cannot be measured by line here; run.peakMemoryBytes has that of the program."),
    "lprun": _missing("%lprun: time cannot be measured by line here; %prun measures it by function."),
}  # fmt: skip
CELL: Dict[str, Callable[..., Any]] = {"memit": LINE["memit"], "debug": LINE["debug"]}
