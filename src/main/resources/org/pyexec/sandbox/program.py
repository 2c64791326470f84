"""Runs one program as `python3 main.py` would, in a process that already has an interpreter, and reports its end."""

from __future__ import annotations

import atexit
import builtins
import errno
import gc
import importlib.machinery
import io
import linecache
import os
import resource
import signal
import sys
import threading
import types
from typing import Iterator, NamedTuple, NoReturn, Optional

from . import policy, report, syscalls

_work = policy.WORK  # the working folder
_REHEARSALS = {  # by the module that must be there already
    "sys": b"print(end='')\n",
    "numpy": b"import numpy as np\nnp.arange(9.0).sum()\n",
    "pandas": b"import pandas as pd\npd.DataFrame({'a': [1.0]}).a\n",
}
_DRAWING = "matplotlib"  # its image is for programs that draw, beside which data frames cost little, and is large enough
_main: types.ModuleType
_SAVED = "_saved_by_program"
_display = sys.__excepthook__  # the interpreter's own words; the traceback module's differ in some versions
_LAST = ("last_type", "last_value", "last_traceback", "last_exc")


class Ended(NamedTuple):
    """How the program's own code ended."""

    code: int
    traceback: str = ""
    limit: str = ""  # memory, disk or processes, when that limit caused the exception
    signal: int = 0  # by which the process still has to end itself, as Python does after KeyboardInterrupt


class Run:
    """A program that is to be executed, by whoever has nothing but this below him on the stack; family.py has the lines.

    Afterwards `end` is called, with what the program has raised in `raised`. A child that the program forks comes through
    there too, and reports nothing.
    """

    def __init__(self, source: bytes, writer: report.Writer) -> None:
        self.source = source
        self.names = _main.__dict__
        self.raised: Optional[BaseException] = None
        self._writer = writer
        self._owner = os.getpid()
        self._before, _ = _usage()
        _write_source(source)

    def end(self) -> NoReturn:
        ended = self._how()
        _finish(_main)
        if os.getpid() == self._owner and not ended.signal:
            cpu, peak = _usage()
            _report(self._writer, ended, cpu - self._before, peak)
        if ended.signal:
            signal.signal(ended.signal, signal.SIG_DFL)
            os.kill(os.getpid(), ended.signal)
        # The supervisor takes the end of both streams for the sign to look at the report: a big process takes
        # milliseconds to be taken down, and the answer need not wait for that.
        for stream in (1, 2):
            try:
                os.close(stream)
            except OSError:
                pass
        os._exit(ended.code & 255)

    def _how(self) -> Ended:
        """Holds on to the exception no longer than it takes, since it holds on to the program's objects."""
        e, self.raised = self.raised, None
        if e is None:
            return Ended(0)
        e = _without_our_frame(e)
        if isinstance(e, SystemExit):
            return _exited(e)
        _give_room_for_last_words()
        _know_source(self.source)
        return _raised(e)


def _usage() -> tuple:
    own = resource.getrusage(resource.RUSAGE_SELF)
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
    return cpu, max(own.ru_maxrss, others.ru_maxrss) * 1024


def _report(writer: report.Writer, ended: Ended, cpu: float, peak: int) -> None:
    writer.done(
        {
            "code": str(ended.code & 255).encode(),
            "traceback": ended.traceback.encode("utf-8", "backslashreplace"),
            "limit": ended.limit.encode(),
            "cpu": str(round(cpu * 1e6)).encode(),
            "peak": str(peak).encode(),
        }
    )


# --- before ------------------------------------------------------------------------------------------------------


def _path() -> str:
    return f"{_work}/{policy.PROGRAM}"


def _write_source(code: bytes) -> None:
    descriptor = os.open(_path(), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    rest = memoryview(code)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.close(descriptor)


def become_main() -> None:
    """In the zygote: makes the process look like a fresh interpreter that was given main.py in the usual folder."""
    global _main
    main = types.ModuleType("__main__")
    main.__dict__.update(
        __loader__=importlib.machinery.SourceFileLoader("__main__", _path()),
        __annotations__={},
        __builtins__=builtins,
        __file__=_path(),
        __cached__=None,
    )
    for name in [name for name in sys.modules if name.split(".")[0] == __package__]:
        del sys.modules[name]
    sys.modules["__main__"] = _main = main
    sys.argv = [policy.PROGRAM]
    if sys.version_info >= (3, 10):
        sys.orig_argv = [sys.executable, policy.PROGRAM]
    sys.path.insert(0, _work)
    sys.dont_write_bytecode = False
    sys.stdout.reconfigure(line_buffering=True)


def make_file() -> None:
    """In the child, ahead of the request: on a disk, making a file takes longer than filling it."""
    _write_source(b"")


def move_to(work: str) -> None:
    """In a child whose working folder is not the usual one."""
    global _work
    _work = work
    _main.__file__ = _main.__loader__.path = _path()  # type: ignore[union-attr]
    sys.path[0] = work


def rehearse() -> None:
    """Goes through a run once, in a module that is thrown away.

    In the zygote it does for good what happens only once per process. In the child it is about memory: after a fork every
    page that is written for the first time is copied, and the rehearsal does that ahead of the request.
    """
    for module, code in list(_REHEARSALS.items()):
        if module in sys.modules and not (module == "pandas" and _DRAWING in sys.modules):
            try:
                exec(compile(code, policy.PROGRAM, "exec", dont_inherit=True), types.ModuleType("__main__").__dict__)
            except Exception as e:  # in the zygote, whose children need not try what does not work
                _print_error(f"rehearsal with {module}: {type(e).__name__}: {e}\n")
                del _REHEARSALS[module]
    _flush()


def _know_source(code: bytes) -> None:
    """Tracebacks find the lines of main.py wherever the program has changed to."""
    text = code.decode("utf-8", "replace")
    lines = [line + "\n" for line in text.split("\n")]
    linecache.cache[policy.PROGRAM] = (len(code), None, lines, policy.PROGRAM)


# --- how its code ended --------------------------------------------------------------------------------------------


def _without_our_frame(e: BaseException) -> BaseException:
    return e.with_traceback(e.__traceback__.tb_next if e.__traceback__ else None)


def _exited(e: SystemExit) -> Ended:
    if e.code is None:
        return Ended(0)
    if isinstance(e.code, int):
        return Ended(e.code if -sys.maxsize <= e.code <= sys.maxsize else -1)
    _print_error(_text(e.code) + "\n")
    return Ended(1)


def _text(code: object) -> str:
    try:
        return str(code)
    except BaseException:  # as quiet as the interpreter itself
        return ""


def _raised(e: BaseException) -> Ended:
    limit = _limit_behind(e)
    text = _format(e)
    for name, value in zip(_LAST, (type(e), e, e.__traceback__, e)):
        if name != "last_exc" or sys.version_info >= (3, 12):
            setattr(sys, name, value)
    if sys.excepthook is sys.__excepthook__:
        _print_error(text)
    else:
        exited = _call_hook(e, text)
        if exited is not None:
            return exited
    return Ended(1, text, limit, signal.SIGINT if isinstance(e, KeyboardInterrupt) else 0)


def _format(e: BaseException) -> str:
    stderr, words = sys.stderr, io.StringIO()
    sys.stderr = words
    try:
        _display(type(e), e, e.__traceback__)
    except BaseException:  # no memory left
        pass
    finally:
        sys.stderr = stderr
    text = words.getvalue() or f"{type(e).__name__}\n"
    excess = len(text) - policy.MAX_TRACEBACK_BYTES // 4
    if excess > 0:
        half = policy.MAX_TRACEBACK_BYTES // 8
        text = f"{text[:half]}\n[{excess} characters left out]\n{text[-half:]}"
    return text


def _print_error(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except BaseException:  # closed, replaced or None: as quiet as the interpreter itself
        pass


def _call_hook(e: BaseException, text: str) -> Optional[Ended]:
    """How the program ended if its hook exits."""
    try:
        sys.excepthook(type(e), e, e.__traceback__)
        return None
    except SystemExit as exited:
        return _exited(exited)
    except BaseException as raised:
        worse = _without_our_frame(raised)
    _print_error("Error in sys.excepthook:\n" + _format(worse) + "\nOriginal exception was:\n" + text)
    return None


# --- which limit ---------------------------------------------------------------------------------------------------


def _give_room_for_last_words() -> None:
    for which in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        _, hard = resource.getrlimit(which)
        resource.setrlimit(which, (hard, hard))


def _limit_behind(e: BaseException) -> str:
    for each in _causes(e):
        if isinstance(each, MemoryError):
            return "memory"
        if isinstance(each, OSError) and each.errno == errno.ENOMEM:
            return "memory"
        if isinstance(each, OSError) and each.errno in (errno.ENOSPC, errno.EFBIG):
            return "disk"
        if isinstance(each, OSError) and each.errno == errno.EAGAIN and (not _can_fork() or _came_from_fork(each)):
            return "processes"
        if isinstance(each, RuntimeError) and str(each) == "can't start new thread":
            return "memory" if _can_fork() else "processes"
    return ""


def _causes(e: Optional[BaseException]) -> Iterator[BaseException]:
    for _ in range(16):
        if e is None:
            return
        yield e
        e = e.__cause__


def _can_fork() -> bool:
    try:
        pid = os.fork()
    except OSError:
        return False
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True


def _came_from_fork(e: BaseException) -> bool:
    """Whether the innermost line of the traceback forks: the same errno comes from sockets that would block."""
    last = e.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None:
        return False
    name = last.tb_frame.f_code.co_filename
    return "fork" in linecache.getline(name, last.tb_lineno) or "fork" in last.tb_frame.f_code.co_name


# --- after -------------------------------------------------------------------------------------------------------


def _finish(main: types.ModuleType) -> None:
    """What the interpreter does at its end, as far as a program can notice: Py_FinalizeEx in CPython."""
    for step in (threading._shutdown, _save_open_figures):  # type: ignore[attr-defined]
        try:
            step()
        except BaseException as e:
            _print_error(_format(e))
    try:
        atexit._run_exitfuncs()
    except BaseException:  # before 3.10 it prints what its functions raise and then raises the last of it
        pass
    _flush()
    _let_go(main)
    _flush()


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        try:
            stream.flush()  # type: ignore[union-attr]
        except BaseException:
            pass
    syscalls.flush_c_streams()


def _let_go(main: types.ModuleType) -> None:
    """Drops the program's objects, so that files it did not close are written and finalizers run."""
    names = main.__dict__
    for name in [n for n in names if n.startswith("_") and not n.startswith("__")]:
        names[name] = None
    for name in [n for n in names if n != "__builtins__"]:
        names[name] = None
    for name in _LAST:
        sys.__dict__.pop(name, None)
    gc.collect(2 if gc.get_objects(generation=2) else 1)  # the oldest empties caches, which costs pages


# --- figures -----------------------------------------------------------------------------------------------------


def remember_saved_figures() -> None:
    """In the zygote: lets us know at the end which figures a program saved itself."""
    backends = sys.modules.get("matplotlib.backend_bases")
    if backends is None:
        return
    original = backends.FigureCanvasBase.print_figure

    def print_figure(self, *arguments, **named):  # type: ignore[no-untyped-def]
        self.figure.__dict__[_SAVED] = True
        return original(self, *arguments, **named)

    print_figure.__doc__ = original.__doc__
    backends.FigureCanvasBase.print_figure = print_figure


def _save_open_figures() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    os.chdir(_work)
    saved = 0
    for number in pyplot.get_fignums():
        figure = pyplot.figure(number)
        if figure.__dict__.get(_SAVED):
            continue
        saved += 1
        figure.savefig(f"figure-{saved}.png")
