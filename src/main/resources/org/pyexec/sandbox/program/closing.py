"""What the interpreter does at its end, as far as a program can notice: Py_FinalizeEx in CPython. In steps of bottom.py."""

from __future__ import annotations

import atexit
import functools
import gc
import io
import signal
import sys
import types
from operator import methodcaller
from typing import Any, Callable, Dict, Generator, Iterator, List, Optional

from ..kernel import syscalls
from .execution import bottom, handlers, tracebacks
from .figures import figures

_functions = 0  # of libraries, which there are before a program begins
_raise = signal.raise_signal  # bound before any program runs, which may replace it


def steps(main: types.ModuleType, held: handlers.Handlers) -> Iterator[bottom.Step]:
    """Behind the program of that module; `held` are its handlers."""
    # The program may have a module of its own by that name.
    threads = sys.modules.get("threading")
    if _has_threads(threads):
        raised = yield from _as_program(held, getattr(threads, "_shutdown", lambda: None))
        if raised is not None:
            yield from tracebacks.ignored(raised, threads)
    try:
        figures.save_open()
    except BaseException as e:
        tracebacks.print_error(tracebacks.format_exception(tracebacks.without_our_frames(e)))
    yield from _as_program(held, atexit._run_exitfuncs)  # before 3.10 it prints what its functions raise and then raises it
    yield from _flushing()
    yield from _letting_go(main)
    yield from _flushing()


def _has_threads(threads: object) -> bool:
    """Whether there is something to wait for. A fresh interpreter has the module only where the program uses it."""
    active = getattr(threads, "_active", None)
    is_usual = getattr(threads, "_shutdown", None) is bottom.shut_down and _count_functions(threads) == _functions
    return not is_usual or (isinstance(active, dict) and len(active) > 1)


def _count_functions(threads: object) -> int:
    """Those that libraries have called when all threads have ended."""
    functions = getattr(threads, "_threading_atexits", ())
    return len(functions) if isinstance(functions, (list, tuple)) else -1


def _as_program(
    held: handlers.Handlers, function: Callable[[], object]
) -> Generator[bottom.Step, None, Optional[BaseException]]:
    """Called where signals are the program's again, and those that have come meanwhile are sent first."""
    raised = None
    calls = [functools.partial(_raise, number) for number in held.arrived()]
    for call in (*calls, function):
        changes = held.exchange()
        put_back = [*(change[0] for change in changes), call]
        again = functools.partial(tuple, map(methodcaller("__call__"), put_back))
        raised = (yield from bottom.called(again, behind=[change[1] for change in changes])) or raised
        held.hold()  # also what has been set meanwhile
    return raised


def flush() -> None:
    """What the program has put in their place is called from here."""
    for stream in _streams():
        _flush(stream)
    syscalls.flush_c_streams()


def _flushing() -> Iterator[bottom.Step]:
    """What the program has put in their place is called with nothing below it."""
    for stream in _streams():
        if type(stream) is io.TextIOWrapper:
            _flush(stream)
        else:
            yield from bottom.called(functools.partial(methodcaller("flush"), stream))
    syscalls.flush_c_streams()


def _streams() -> List[Any]:
    return [getattr(sys, name, None) for name in ("stdout", "stderr", "__stdout__", "__stderr__")]


def _flush(stream: Any) -> None:
    try:
        stream.flush()
    except BaseException:  # closed, replaced or deleted
        pass


def _letting_go(main: types.ModuleType) -> Iterator[bottom.Step]:
    """Drops the program's objects, so that files it did not close are written and finalizers run, with nothing below them."""
    yield from _dropping(main.__dict__)
    for name in tracebacks.LAST:
        if name in sys.__dict__:
            yield from bottom.called(functools.partial(sys.__dict__.pop, name))
    oldest = 2 if gc.get_objects(generation=2) else 1  # it empties caches, which costs pages
    yield from bottom.called(functools.partial(gc.collect, oldest))


def _dropping(names: Dict[str, object]) -> Iterator[bottom.Step]:
    """Those with one underscore first."""
    hidden = [name for name in names if name.startswith("_") and not name.startswith("__")]
    nothing = dict.fromkeys([*hidden, *names])
    nothing.pop("__builtins__", None)
    yield from bottom.called(functools.partial(names.update, nothing))


def rehearse() -> None:
    """Goes through it once, with nothing in it; program.py."""
    global _functions
    _functions = _count_functions(sys.modules.get("threading"))
    steps: Any = _rehearsal()
    dict(steps)


def _rehearsal() -> Iterator[bottom.Step]:
    held = handlers.Handlers()
    held.hold()
    yield from _as_program(held, lambda: None)
    figures.save_open()
    yield from _flushing()
    yield from _dropping({"__rehearsal": None, "_rehearsal": None})
    held.release()
