"""A cell in several steps: statements that await something run in the session's event loop, the others outside of it.

Python itself allows await in functions only; notebooks allow it everywhere. One loop stays for the session. It runs while a
cell awaits something, so a task that is left goes on in the next cell that does. asyncio.run() works in every statement that
does not await itself.
"""

from __future__ import annotations

import ast
import inspect
import types
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_NEED_A_LOOP = ("create_task", "ensure_future", "get_running_loop", "current_task")
_FUTURES = 0xFFF0000  # flags of code that `from __future__` sets; Include/cpython/code.h

Show = Callable[[Any], None]


class Step(NamedTuple):
    tree: Any  # of statements, or of one expression whose value is shown
    in_loop: bool
    show: Optional[Show] = None


def needed(source: bytes) -> bool:
    """Whether it is worth looking. Nothing in a program awaits without one of these."""
    return b"await" in source or b"async" in source


def split(body: Any, last: Any, display: Optional[Show], show: Show) -> Optional[List[Step]]:
    """None where one step will do. `display` is for the values of all expressions but the last, where they are wanted."""
    if not isinstance(body, ast.Module):
        return None
    steps: List[Step] = []
    for statement in body.body:
        shown = display if isinstance(statement, ast.Expr) else None
        in_loop = _awaits(statement)
        if shown is not None:
            steps.append(Step(ast.Expression(statement.value), in_loop, shown))
        elif steps and not steps[-1].in_loop and not in_loop and steps[-1].show is None:
            steps[-1].tree.body.append(statement)
        else:
            steps.append(Step(ast.Module([statement], []), in_loop))
    if last is not None:
        steps.append(Step(last, _awaits(last), show))
    return steps if any(step.in_loop or step.show not in (None, show) for step in steps) else None


def _awaits(statement: Any) -> bool:
    """Outside of functions that it defines."""
    return any(_is_waiting(node) for node in _own_nodes(statement))


def _own_nodes(node: Any) -> Iterator[Any]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        if not isinstance(each, _FUNCTIONS):
            waiting.extend(ast.iter_child_nodes(each))


def _is_waiting(node: Any) -> bool:
    if isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)):
        return True
    if isinstance(node, ast.comprehension):
        return bool(node.is_async)
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return name in _NEED_A_LOOP
    return False


class Loop:
    """The session's event loop. asyncio is imported with the first use."""

    def __init__(self) -> None:
        self._loop: Any = None

    def run(self, steps: List[Step], file: str, names: Dict[str, Any]) -> None:
        flags = 0
        for step in steps:
            kind = "eval" if isinstance(step.tree, ast.Expression) else "exec"
            allowed = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if step.in_loop else 0
            code = compile(step.tree, file, kind, flags | allowed, dont_inherit=True)
            flags |= code.co_flags & _FUTURES
            value = self._until_complete(code, names) if step.in_loop else eval(code, names)
            if step.show is not None:
                step.show(value)

    def _until_complete(self, code: types.CodeType, names: Dict[str, Any]) -> Any:
        import asyncio

        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        coroutine = _result_of(code, names)
        task = self._loop.create_task(coroutine)
        try:
            return self._loop.run_until_complete(task)
        except BaseException as e:
            if task.done():
                raise
            e = e.with_traceback(_where(coroutine))  # it was interrupted, and must not go on in a later cell
            task.cancel()
            self._loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
            raise e from None


def _where(coroutine: Any) -> Optional[types.TracebackType]:
    """From the cell to what it waits for."""
    waiting = []
    while getattr(coroutine, "cr_frame", None) is not None:
        waiting.append(coroutine.cr_frame)
        coroutine = coroutine.cr_await
    place = None
    for frame in reversed(waiting):
        place = types.TracebackType(place, frame, frame.f_lasti, frame.f_lineno)
    return place


async def _result_of(code: types.CodeType, names: Dict[str, Any]) -> Any:
    value = eval(code, names)
    return await value if code.co_flags & inspect.CO_COROUTINE else value
