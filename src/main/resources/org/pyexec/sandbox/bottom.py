"""Executes programs with nothing of ours below them: a program's first frame is the outermost one, its depth that of main.py.

The interpreter itself calls `threading._shutdown` when its main program has ended, and everything is still whole then
(Py_FinalizeEx, before the exit functions): C code that stands on no frame. Here it calls dict(), which is C code as well
and takes one step after another from a generator; between two steps no frame is left. A program runs when dict() drops a
suspended generator: closing that calls the `close` of what it delegates to, whatever that is, before the generator goes on,
and what `close` raises is raised in the generator (gen_close in genobject.c, PEP 380). `close` is here a function of the
program's code and names. CPython 3.9 to 3.13.
"""

from __future__ import annotations

import ast
import builtins
import functools
import os
import sys
import threading
import traceback
from types import FunctionType, GeneratorType
from typing import Any, Callable, Dict, Generator, Iterator, Optional, Tuple

Step = Tuple[int, Optional[Generator[None, None, None]]]

_shut_down = threading._shutdown  # type: ignore[attr-defined]


class Duty:
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

    def begin(self) -> None:
        raise NotImplementedError

    def show(self, value: object) -> None:
        raise NotImplementedError

    def pause(self) -> None:
        raise NotImplementedError

    def end(self) -> Any:
        raise NotImplementedError


def go_on_with(main: Callable[[], Any]) -> None:
    """Once the main program has ended. `main` returns a Duty, or a function that returns one, and so on."""
    threading._shutdown = functools.partial(dict, _steps(main))  # type: ignore[attr-defined]


def _steps(main: Callable[[], Any]) -> Iterator[Step]:
    threading._shutdown = _shut_down  # type: ignore[attr-defined]
    try:
        duty = main()
        while callable(duty):
            duty = duty()
        while True:
            yield from _executed(duty)
            following = duty.end()
            duty = (yield from following) if isinstance(following, GeneratorType) else following
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
            duty.pause()
    except BaseException as e:
        duty.raised = e


def _shown(duty: Any) -> Generator[Step, None, Optional[BaseException]]:
    """Its value comes as that of an interactive statement does, by sys.displayhook."""
    statement = ast.Interactive([ast.copy_location(ast.Expr(duty.last.body), duty.last.body)])
    code = compile(statement, duty.file, "single", duty.flags, dont_inherit=True)
    hook, sys.displayhook = sys.displayhook, duty.show
    try:
        return (yield from called(FunctionType(code, duty.names)))
    finally:
        sys.displayhook = hook


def called(function: Callable[[], object]) -> Generator[Step, None, Optional[BaseException]]:
    """Calls it with nothing below it, and returns what it has raised."""
    outcome = _Outcome()
    held = _held(function, outcome)
    next(held)
    yield 0, held
    del held
    yield 0, None  # takes the place of the other, which is dropped
    raised, outcome.raised = outcome.raised, None  # the traceback leads to it: no cycle is left
    return raised


def rehearse(code: Any, names: Dict[str, object]) -> None:
    """Raises what the code has raised."""
    outcome = _Outcome()
    names.setdefault("__builtins__", builtins)
    held = _held(FunctionType(code, names), outcome)
    next(held)
    held.close()
    if outcome.raised is not None:
        raise outcome.raised


class _Outcome:
    raised: Optional[BaseException] = None


def _held(function: Callable[[], object], outcome: _Outcome) -> Generator[None, None, None]:
    outcome.raised = KeyboardInterrupt()  # should one come where nothing else can be said any more
    try:
        value = yield from _Closing(function)
        outcome.raised = StopIteration(value)  # from 3.12 on that is taken for the end of what is delegated to
    except GeneratorExit as e:
        is_own = e.__traceback__ is not None and e.__traceback__.tb_next is not None
        outcome.raised = e if is_own else None
    except BaseException as e:
        outcome.raised = e


class _Closing:
    """What a generator can delegate to."""

    def __init__(self, function: Callable[[], object]) -> None:
        self.close = function

    def __iter__(self) -> "_Closing":
        return self

    def __next__(self) -> None:
        return None
