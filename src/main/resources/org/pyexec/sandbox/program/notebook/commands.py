"""Magics that start other programs or work with files, and lines with an exclamation mark.

A command is given to `sh -c` and writes where the cell does. Where the tier lets no other program start, a sentence says so.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from typing import Any, Callable, Dict, List, Optional, Tuple

from . import installed
from .speech import UsageError, say

_FILES = ("cat", "cp", "head", "ls", "mkdir", "mv", "rm", "rmdir", "tail", "touch", "wc")  # commands that are magics, too
_SHELLS = ("bash", "sh")
_NOT_FOUND = 127  # as shells say that there is no such command


class SList(List[str]):
    """Lines of output; IPython.utils.text.SList."""

    @property
    def n(self) -> str:
        return "\n".join(self)

    @property
    def s(self) -> str:
        return " ".join(self)

    l = property(list)  # noqa: E741
    nlstr, spstr, list = n, s, l

    def grep(self, pattern: Any, prune: bool = False) -> "SList":
        import re

        matches = pattern if callable(pattern) else lambda line: re.search(pattern, line, re.I)
        return SList(line for line in self if bool(matches(line)) != prune)

    def fields(self, *numbers: int) -> Any:
        words = [line.split() for line in self]
        return SList(" ".join(w[n] for n in numbers if -len(w) <= n < len(w)) for w in words) if numbers else words


SList.__module__ = "IPython.utils.text"


def run(command: str, shell: Any) -> None:
    """Its end is in _exit_code."""
    code = None if installed.is_filtered(command) else installed.answer(command)
    if code is None:
        code = _started(["sh", "-c", installed.with_answers(command)])
    if code is None:
        code = installed.answer(command)  # the whole of it
    shell.user_ns["_exit_code"] = _NOT_FOUND if code is None else code


def output_of(command: str, shell: Any) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as words:
        run(command, shell)
    return words.getvalue()


def _started(arguments: List[str], text: Optional[str] = None) -> Optional[int]:
    """Waits for its end; None where it cannot be started, which is said. It writes where the cell does."""
    streams = {"stdout": sys.stdout, "stderr": sys.stderr}
    for stream in streams.values():
        stream.flush()
    pipes = {name: _number(stream) for name, stream in streams.items()}
    if all(number is None for number in pipes.values()) and sys.stdout is sys.stderr:
        pipes["stderr"] = subprocess.STDOUT
    options: Dict[str, Any] = {name: subprocess.PIPE if number is None else number for name, number in pipes.items()}
    if text is not None:
        options["stdin"] = subprocess.PIPE
    if sys.version_info >= (3, 11):
        options["process_group"] = 0
    try:
        process = subprocess.Popen(arguments, **options)
    except OSError as e:
        say(f"{arguments[0]}: no other program can be started here: {e.strerror}")
        return None
    try:
        written = process.communicate(None if text is None else text.encode("utf-8", "surrogateescape"))
    except BaseException:
        _end(process)
        raise
    for stream, data in zip(streams.values(), written):
        if data:
            stream.write(data.decode("utf-8", "replace"))
    return process.returncode


def _number(stream: Any) -> Optional[int]:
    """The descriptor of a stream that is the process's own."""
    own = {id(sys.__stdout__): 1, id(sys.__stderr__): 2}
    return own.get(id(stream))


def _end(process: Any) -> None:
    with contextlib.suppress(OSError):
        if sys.version_info >= (3, 11):
            os.killpg(process.pid, 9)
        process.kill()
    process.wait()


# --- magics ---------------------------------------------------------------------------------------------------------


def _file_command(name: str) -> Callable[..., None]:
    def magic(shell: Any, line: str, frame: Any) -> None:
        run(f"{name} {shell.var_expand(line, frame)}", shell)

    return magic


def _sx(shell: Any, line: str, frame: Any, body: str = "") -> SList:
    return SList(output_of(body or shell.var_expand(line, frame), shell).splitlines())


def _cd(shell: Any, line: str, frame: Any) -> None:
    words = [word for word in split(shell.var_expand(line, frame)) if word != "-q"]
    visited = shell.user_ns.setdefault("_dh", [os.getcwd()])
    target = words[0] if words else shell.folder
    if target == "-":
        target = visited[-2] if len(visited) > 1 else os.getcwd()
    try:
        os.chdir(os.path.expanduser(target))
    except OSError as e:
        raise UsageError(f"{target}: {e.strerror}") from None
    visited.append(os.getcwd())
    if "-q" not in line.split():
        print(os.getcwd())


def split(line: str) -> List[str]:
    """As a shell does."""
    import shlex

    try:
        return shlex.split(line)
    except ValueError as e:
        raise UsageError(str(e)) from None


def _pwd(shell: Any, line: str, frame: Any) -> str:
    return os.getcwd()


def _env(shell: Any, line: str, frame: Any) -> Any:
    """Of this program and those after it."""
    text = line.strip()
    if not text:
        return dict(os.environ)
    name, separator, value = text.partition("=" if "=" in text else " ")
    if separator:
        return _set_env(shell, f"{name.strip()}={value.strip()}", frame)
    if name not in os.environ:
        raise UsageError(f"Environment does not have key: {name}")
    return os.environ[name]


def _set_env(shell: Any, line: str, frame: Any) -> None:
    name, _, value = line.strip().partition("=" if "=" in line else " ")
    if not name or not _:
        raise UsageError("%set_env takes NAME=VALUE")
    value = shell.var_expand(value.strip(), frame)
    os.environ[name.strip()] = value
    print(f"env: {name.strip()}={value}")


def _write_file(shell: Any, line: str, frame: Any, body: str) -> None:
    words = split(shell.var_expand(line, frame))
    names = [word for word in words if word not in ("-a", "--append")]
    if len(names) != 1:
        raise UsageError("%%writefile takes one name of a file")
    name = os.path.expanduser(names[0])
    appends = len(names) != len(words)
    verb = "Appending to" if appends else "Overwriting" if os.path.exists(name) else "Writing"
    with open(name, "a" if appends else "w", encoding="utf-8") as file:
        file.write(body)
    print(f"{verb} {names[0]}")


def _script_options(words: List[str]) -> Tuple[List[str], Dict[str, str]]:
    """Those of %%script, --out NAME and its like, apart from the program's own words."""
    options: Dict[str, str] = {}
    rest = list(words)
    while rest and rest[0].startswith("--"):
        name, separator, value = rest.pop(0)[2:].partition("=")
        if name in ("out", "err", "proc") and not separator:
            value = rest.pop(0) if rest else ""
        if name in ("out", "err") and not value.isidentifier():
            raise UsageError(f"--{name} takes the name of a variable")
        options[name] = value
    if "bg" in options:
        say("--bg: nothing goes on in the background here; the cell ends when the program does.")
    return rest, options


def _interpreter(arguments: List[str]) -> Callable[..., None]:
    def magic(shell: Any, line: str, frame: Any, body: str) -> None:
        words, options = _script_options(split(line))
        _run_script([*arguments, *words], options, body, shell)

    return magic


def _script(shell: Any, line: str, frame: Any, body: str) -> None:
    words, options = _script_options(split(line))
    if not words:
        raise UsageError("%%script takes the name of a program")
    _run_script(words, options, body, shell)


def _run_script(arguments: List[str], options: Dict[str, str], body: str, shell: Any) -> None:
    kept = {name: io.StringIO() for name in ("out", "err") if name in options}
    if arguments[0] in _SHELLS:
        body = installed.with_answers(body)
    with contextlib.redirect_stdout(kept.get("out", sys.stdout)), contextlib.redirect_stderr(kept.get("err", sys.stderr)):
        code = _started(arguments, body)
    shell.user_ns.update({options[name]: written.getvalue() for name, written in kept.items()})
    shell.user_ns["_exit_code"] = _NOT_FOUND if code is None else code
    if code and "no-raise-error" not in options:
        raise subprocess.CalledProcessError(code, arguments)


def _installer(name: str) -> Callable[..., None]:
    def magic(shell: Any, line: str, frame: Any) -> None:
        if installed.answer(f"{name} {line}") is None:
            raise UsageError(f"%{name} takes a command such as install, list or show")

    return magic


LINE: Dict[str, Callable[..., Any]] = {
    **{name: _file_command(name) for name in _FILES},
    "ll": _file_command("ls -l"), "ldir": _file_command("ls -d"), "less": _file_command("cat"), "more": _file_command("cat"),
    "sx": _sx, "system": _sx, "cd": _cd, "pwd": _pwd, "env": _env, "set_env": _set_env,
    **{name: _installer("pip") for name in ("pip", "pip3", "uv")},
    **{name: _installer("conda") for name in ("conda", "mamba", "micromamba")},
}  # fmt: skip
CELL: Dict[str, Callable[..., Any]] = {
    **{name: _interpreter([name]) for name in (*_SHELLS, "perl")},
    **{name: _interpreter([sys.executable, "-"]) for name in ("python", "python3")},
    "sx": _sx, "!": _sx, "system": _sx, "script": _script, "writefile": _write_file, "file": _write_file,
}  # fmt: skip
