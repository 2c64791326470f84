"""Executes programs with nothing of ours below them: a program's first frame is the outermost one, its depth that of main.py.

The interpreter itself calls `threading._shutdown` when its main program has ended, and everything is still whole then
(Py_FinalizeEx, before the exit functions): C code that stands on no frame. Here it calls dict(), which is C code as well
and takes one step after another from a generator; between two steps no frame is left. A program runs when dict() drops a
suspended generator: closing that calls the `close` of what it delegates to, whatever that is, before the generator goes on,
and what `close` raises is raised in the generator (gen_close in genobject.c, PEP 380). `close` is here a function of the
program's code and names. CPython 3.9 to 3.13.

What the program has set with sys.settrace() and sys.setprofile() watches its own code, and none of ours. It is switched off by
C code as well: when the `close` that has been called is dropped, which is before anything of ours goes on. It is switched
on again by dict(), while that takes apart the pair with which it drops the next generator.
"""

from __future__ import annotations

import ast
import builtins
import functools
import os
import sys
import threading
import traceback
from operator import attrgetter, methodcaller
from types import FunctionType, GeneratorType
from typing import Any, Callable, Dict, Generator, Iterable, Iterator, List, Optional, Protocol

from . import watchers
from .watchers import Step as Step

LEAST_RECURSION = 1000  # for our own few calls, whatever a program has set


_threading: Any = threading
shut_down = _threading._shutdown
_call = methodcaller("__call__")
_NOTHING = (int,)  # to call, for what is not to be called any more
# Bound before any program runs, which may replace what builtins and ast have.
_compile, _Expr, _Interactive = compile, ast.Expr, ast.Interactive
# Bound before any program runs, which may replace what sys has.
_recursion, _set_recursion = sys.getrecursionlimit, sys.setrecursionlimit


class Duty(Protocol):
    """A program that is to be executed.

    Before it `begin` is called and behind it `pause`, and at last `end`, with what the program has raised in `raised`; it
    returns what is to be executed next, or is a generator of steps that does. A child that the program forks comes through
    there too.
    """

    body: Any  # source or tree
    last: Any  # an expression whose value is shown, None where there is none
    file: str
    names: Dict[str, object]
    flags: int  # of compile()
    raised: Optional[BaseException]
    recursion: int  # the limit that the program has left

    def begin(self) -> None:
        ...

    def show(self, value: object) -> None:
        ...

    def pause(self) -> None:
        ...

    def end(self) -> Any:
        ...


def go_on_with(main: Callable[[], Any]) -> None:
    """Once the main program has ended. `main` returns a Duty, or a function that returns one, and so on."""
    _threading._shutdown = functools.partial(dict, _steps(main))


def _steps(main: Callable[[], Any]) -> Iterator[Step]:
    _threading._shutdown = shut_down
    try:
        duty = main()
        while callable(duty):
            duty = duty()
        while True:
            yield from _executed(duty)
            following = duty.end()
            duty = (yield from following) if isinstance(following, GeneratorType) else following
            watchers.WATCHERS.end_debugger()
    except BaseException:  # a fault of our own
        traceback.print_exc()
        os._exit(1)


def _executed(duty: Any) -> Iterator[Step]:
    try:
        try:
            duty.begin()
            code = compile(duty.body, duty.file, "exec", duty.flags, dont_inherit=True)
            duty.names.setdefault("__builtins__", builtins)  # as exec() does, should an earlier program have deleted them
            duty.raised = yield from called(FunctionType(code, duty.names))
            if duty.raised is None and duty.last is not None:
                duty.raised = yield from _shown(duty)
        finally:
            duty.recursion = _recursion()
            if duty.recursion < LEAST_RECURSION:
                _set_recursion(LEAST_RECURSION)
            duty.pause()  # first: until then handlers of signals are called from here
            watchers.WATCHERS.leave()
    except BaseException as e:
        duty.raised = e


def _shown(duty: Any) -> Generator[Step, None, Optional[BaseException]]:
    """Its value comes as that of an interactive statement does, by sys.displayhook. It is shown later, and not watched."""
    shown = _Expr(duty.last.body)
    shown.lineno, shown.col_offset = duty.last.body.lineno, duty.last.body.col_offset
    shown.end_lineno, shown.end_col_offset = duty.last.body.end_lineno, duty.last.body.end_col_offset
    code = _compile(_Interactive([shown]), duty.file, "single", duty.flags, dont_inherit=True)
    values: List[object] = []
    hook, sys.displayhook = sys.displayhook, values.append
    try:
        raised = yield from called(FunctionType(code, duty.names))
    finally:
        sys.displayhook = hook
    if raised is None and values:
        raised = yield from called(functools.partial(duty.show, values.pop()), is_watched=False)
    return raised


def called(
    function: Callable[[], object], is_watched: bool = True, behind: Iterable[Callable[[], object]] = ()
) -> Generator[Step, None, Optional[BaseException]]:
    """Calls it with nothing below it, and returns what it has raised.

    `is_watched`: by what the program has set for that. `behind`: functions in C that are called then, whatever it has raised.
    Raises what a handler of a signal has raised before or behind the call. What has not been called by then is never called.
    """
    outcome = _Outcome()
    closing = _Closing(function, behind)
    try:
        held = _held(closing, outcome)
        if next(held, held) is not held:  # else a handler of a signal has raised something on the way
            yield 0, held
            del held
            yield watchers.WATCHERS.step(is_watched)  # takes the place of the other, which is dropped
    except BaseException:
        closing[:] = _NOTHING  # the generator may be dropped here, or with a later step; no call, which a signal could interrupt
        raise
    raised, outcome.raised = outcome.raised, None  # the traceback leads to it: no cycle is left
    return raised


def rehearse(code: Any, names: Dict[str, object]) -> None:
    """Raises what the code has raised."""
    outcome = _Outcome()
    names.setdefault("__builtins__", builtins)
    held = _held(_Closing(FunctionType(code, names)), outcome)
    next(held)
    held.close()
    if outcome.raised is not None:
        raise outcome.raised


class _Outcome:
    raised: Optional[BaseException] = None


def _held(closing: "_Closing", outcome: _Outcome) -> Generator[None, None, None]:
    outcome.raised = KeyboardInterrupt()  # should one come where nothing else can be said any more
    try:
        value = yield from closing
        outcome.raised = StopIteration(value)  # from 3.12 on that is taken for the end of what is delegated to
    except GeneratorExit as e:
        is_own = e.__traceback__ is not None and e.__traceback__.tb_next is not None
        outcome.raised = e if is_own else None
    except BaseException as e:
        outcome.raised = e


class _Closing(List[Callable[[], object]]):
    """What a generator can delegate to. Its `close` is handed over, and dropped by whoever has called it."""

    close = property(methodcaller("pop"))

    def __init__(self, function: Callable[[], object], behind: Iterable[Callable[[], object]] = ()) -> None:
        """A partial object, since it can have attributes and costs no level of recursion."""
        closing: Any = functools.partial(function)
        closing.behind = _AtEnd(*watchers.WATCHERS.leaving(), *behind)
        super().__init__([closing])

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> None:
        return None


class _AtEnd:
    """Calls functions when it is dropped, whatever is being raised then: all of it C code, which stands on no frame."""

    def __init__(self, *functions: Callable[[], object]) -> None:
        self.calls = functools.partial(tuple, map(_call, functions))

    __del__ = property(attrgetter("calls"))  # object.__del__(self) would be a frame of ours
