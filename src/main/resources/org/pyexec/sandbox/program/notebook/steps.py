"""A cell in several steps: statements that await something run in the session's event loop, the others outside of it.

Python itself allows await in functions only; notebooks allow it everywhere. One loop stays for the session. It runs while a
cell awaits something, so a task that is left goes on in the next cell that does. asyncio.run() works in every statement that
does not await itself. A statement needs the loop, too, when it calls what can be called in a running loop only, or a function
that does; functions are known by their names.
"""

from __future__ import annotations

import ast
import inspect
import sys
import types
import warnings
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Set

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_NEED_A_LOOP = ("create_task", "ensure_future", "get_running_loop", "current_task")
_RUN_A_LOOP = ("run_until_complete", "run_forever")
_WORDS = (b"await", b"async", *(name.encode() for name in _NEED_A_LOOP))

Show = Callable[[Any], None]


class Step(NamedTuple):
    tree: Any  # of statements, or of one expression whose value is shown
    in_loop: bool
    show: Optional[Show] = None


class Planner:
    """Knows which functions of the session's cells need a running loop."""

    def __init__(self) -> None:
        self._names: Set[str] = set(_NEED_A_LOOP)

    def is_needed(self, source: bytes) -> bool:
        """Whether it is worth looking. Nothing in a program awaits without one of the words."""
        return len(self._names) > len(_NEED_A_LOOP) or any(word in source for word in _WORDS)

    def split(self, body: Any, last: Any, display: Optional[Show], show: Show) -> Optional[List[Step]]:
        """None where one step will do. `display` is for the values of all expressions but the last, where they are wanted."""
        if not isinstance(body, ast.Module):
            return None
        steps: List[Step] = []
        for statement in body.body:
            self._note_functions(statement)
            in_loop = self._awaits(statement)
            if isinstance(statement, ast.Expr) and display is not None:
                steps.append(Step(ast.Expression(statement.value), in_loop, display))
            elif steps and not steps[-1].in_loop and not in_loop and steps[-1].show is None:
                steps[-1].tree.body.append(statement)
            else:
                steps.append(Step(ast.Module([statement], []), in_loop))
        if last is not None:
            steps.append(Step(last, self._awaits(last), show))
        return steps if any(step.in_loop or step.show not in (None, show) for step in steps) else None

    def _note_functions(self, statement: Any) -> None:
        """Those that a statement defines; of a class, which is called by its own name, the methods, too."""
        for node in _own_nodes(statement):
            inner = node.body if isinstance(node, ast.ClassDef) else []
            for each in (node, *inner):
                if isinstance(each, ast.FunctionDef) and self._awaits(ast.Module(each.body, [])):
                    self._names.add(node.name if each.name in ("__init__", "__enter__") else each.name)

    def _awaits(self, statement: Any) -> bool:
        """Outside of functions that it defines."""
        nodes = list(_own_nodes(statement))
        if any(map(_is_waiting, nodes)):
            return True
        called = [_called(node) for node in nodes if isinstance(node, ast.Call)]
        return not self._names.isdisjoint(called) and not any(name in _RUN_A_LOOP for name in called)


def _own_nodes(node: Any) -> Iterator[Any]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        if not isinstance(each, _FUNCTIONS):
            waiting.extend(ast.iter_child_nodes(each))


def _is_waiting(node: Any) -> bool:
    if isinstance(node, ast.comprehension):
        return bool(node.is_async)
    return isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith))


def _called(call: ast.Call) -> str:
    """asyncio.run() is called like one of those that run a loop."""
    function = call.func
    if isinstance(function, ast.Attribute):
        of_asyncio = isinstance(function.value, ast.Name) and function.value.id == "asyncio"
        return _RUN_A_LOOP[0] if of_asyncio and function.attr == "run" else function.attr
    return str(getattr(function, "id", ""))


class Loop:
    """The session's event loop. asyncio is imported with the first use."""

    def __init__(self) -> None:
        self._loop: Any = None
        self.flags = 0  # what cells have imported from __future__, for those after them

    def stand_by(self, is_wanted: bool) -> None:
        """asyncio.get_event_loop() gives it from here on, where it is wanted or there already."""
        if self._loop is None and not (is_wanted and "asyncio" in sys.modules):
            return
        import asyncio

        if self._loop is None or self._loop.is_closed():
            self._loop = _loop_of_program() or asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)

    def run(self, steps: List[Step], file: str, names: Dict[str, Any]) -> None:
        if any(step.in_loop for step in steps):
            __import__("asyncio")

            self.stand_by(True)
        for step in steps:
            self.stand_by(False)  # asyncio.run() leaves none
            kind = "eval" if isinstance(step.tree, ast.Expression) else "exec"
            tree, allowed = (_as_coroutine(step.tree), ast.PyCF_ALLOW_TOP_LEVEL_AWAIT) if step.in_loop else (step.tree, 0)
            code = compile(tree, file, kind, self.flags | allowed, dont_inherit=True)
            value = self.value_of(code, names)
            if step.show is not None:
                step.show(value)

    def value_of(self, code: types.CodeType, names: Dict[str, Any]) -> Any:
        """What code gives that may await something."""
        if not code.co_flags & inspect.CO_COROUTINE:
            return eval(code, names)
        import asyncio

        self.stand_by(True)
        coroutine = eval(code, names)
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


def _loop_of_program() -> Any:
    """What the program has had of asyncio.get_event_loop() before; None where there is none to be had, or it is closed."""
    import asyncio

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loop = asyncio.get_event_loop_policy().get_event_loop()
    except Exception:  # after asyncio.run(), or of a policy of the program's
        return None
    return None if loop.is_closed() else loop


def _as_coroutine(tree: Any) -> Any:
    """Code that awaits nothing becomes a coroutine by an await that is never reached: no frame of ours is needed around it."""
    never = ast.Await(ast.Constant(None))
    if isinstance(tree, ast.Expression):
        changed: Any = ast.Expression(ast.IfExp(ast.Constant(True), tree.body, never))
    else:
        changed = ast.Module([ast.If(ast.Constant(False), [ast.Expr(never)], []), *tree.body], [])
    first = tree.body if isinstance(tree, ast.Expression) else tree.body[0]
    for node in ast.walk(changed):
        if hasattr(first, "lineno") and "lineno" in node._attributes and not hasattr(node, "lineno"):
            ast.copy_location(node, first)
    return changed


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
