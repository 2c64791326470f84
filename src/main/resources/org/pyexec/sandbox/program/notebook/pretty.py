"""What values look like in a notebook, as in IPython.lib.pretty: a long list or dict has one item a line.

In the program's own process. What goes wrong here is raised.
"""

from __future__ import annotations

import os
import re
import types
from collections import Counter, OrderedDict, UserList, defaultdict, deque
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple

from .printer import Form, Printer

MAX_ITEMS = 1000  # of each container; what follows is "..."
_FLAGS = ("IGNORECASE", "LOCALE", "MULTILINE", "DOTALL", "UNICODE", "VERBOSE", "DEBUG")


def pretty(value: Any, forms: Optional[Dict[type, Form]] = None) -> str:
    """`forms`: what a program has for types of its own."""
    own = forms or {}
    printer = Printer(lambda each: _form_of(each, own))
    printer.pretty(value)
    return printer.result()


def _form_of(value: Any, own: Dict[type, Form]) -> Form:
    kind = type(value)
    for each in kind.__mro__:
        form = own.get(each) or FORMS.get(each)
        if form is not None:
            return form
        if callable(each.__dict__.get("_repr_pretty_")):
            own_kind: Any = kind
            return lambda value, printer, cycle: own_kind._repr_pretty_(value, printer, cycle)  # type: ignore[no-any-return]  # a program's
        if each is not object and callable(each.__dict__.get("__repr__")):
            return _by_repr
    return _by_default


# --- what a value of each type looks like -----------------------------------------------------------------------------

def _by_repr(value: Any, printer: Printer, cycle: bool) -> None:
    lines = repr(value).splitlines()
    with printer.group():
        for number, line in enumerate(lines):
            if number:
                printer.break_()
            printer.text(line)


def _by_default(value: Any, printer: Printer, cycle: bool) -> None:
    """An object without a repr of its own."""
    with printer.group(1, "<", ">"):
        printer.pretty(type(value))
        printer.text(f" at 0x{id(value):x}" + (" ..." if cycle else ""))


def _name_of(kind: type) -> str:
    module, name = kind.__module__, kind.__qualname__
    return name if module in (None, "builtins", "exceptions") else f"{module}.{name}"


def _items(values: Iterable[Any], printer: Printer) -> int:
    number = -1
    for number, item in enumerate(values):
        if number:
            printer.text(",")
            printer.breakable()
        if number == MAX_ITEMS:
            printer.text("...")
            return number
        printer.pretty(item)
    return number + 1


def _sequence(opening: str, closing: str, original: type) -> Form:
    def form(value: Any, printer: Printer, cycle: bool) -> None:
        if cycle:
            return printer.text(f"{opening}...{closing}")
        printer.begin_group(1, opening)
        if _items(value, printer) == 1 and original is tuple:
            printer.text(",")
        printer.end_group(1, closing)

    return form


def _set(opening: str, closing: str) -> Form:
    def form(value: Any, printer: Printer, cycle: bool) -> None:
        if cycle:
            return printer.text(f"{opening}...{closing}")
        if not value:
            return printer.text(f"{type(value).__name__}()")
        printer.begin_group(len(opening), opening)
        _items(_sorted(value), printer)
        printer.end_group(len(opening), closing)

    return form


def _sorted(values: Any) -> Any:
    if len(values) >= MAX_ITEMS:
        return iter(values)
    try:
        return sorted(values)
    except Exception:  # of items that have no order
        pass
    try:
        return sorted(values, key=str)
    except Exception:
        return iter(values)


def _mapping(opening: str, closing: str) -> Form:
    def form(value: Any, printer: Printer, cycle: bool) -> None:
        if cycle:
            return printer.text("{...}")
        printer.begin_group(len(opening), opening)
        for number, key in enumerate(value.keys()):
            if number:
                printer.text(",")
                printer.breakable()
            if number == MAX_ITEMS:
                printer.text("...")
                break
            printer.pretty(key)
            printer.text(": ")
            printer.pretty(value[key])
        printer.end_group(len(opening), closing)

    return form


def _call(name: str, printer: Printer, arguments: Iterable[Any], named: Iterable[Tuple[str, Any]] = ()) -> None:
    with printer.group(len(name) + 1, name + "(", ")"):
        pairs = [("", argument) for argument in arguments] + [(f"{name}=", argument) for name, argument in named]
        for number, (prefix, argument) in enumerate(pairs):
            if number:
                printer.text(",")
                printer.breakable()
            if prefix:
                printer.begin_group(len(prefix), prefix)
            printer.pretty(argument)
            if prefix:
                printer.end_group(len(prefix))


def _called(arguments_of: Callable[[Any], List[Any]], named: Callable[[Any], List[Tuple[str, Any]]] = lambda _: []) -> Form:
    """Like a call of its class."""

    def form(value: Any, printer: Printer, cycle: bool) -> None:
        name = type(value).__name__
        if cycle:
            return printer.text(f"{name}(...)")
        _call(name, printer, arguments_of(value), named(value))

    return form


def _namespace(value: Any, printer: Printer, cycle: bool) -> None:
    if cycle:
        return printer.text("namespace(...)")
    _call("namespace", printer, [], value.__dict__.items())


def _pattern(value: Any, printer: Printer, cycle: bool) -> None:
    """With a raw string and the names of its flags."""
    shown = "r" + repr(value.pattern).replace("\\\\", "\\")
    flags = "|".join(f"re.{name}" for name in _FLAGS if value.flags & getattr(re, name))
    with printer.group(len("re.compile("), "re.compile(", ")"):
        printer.text(shown)
        if flags:
            printer.text(",")
            printer.breakable()
            printer.text(flags)


def _type(value: Any, printer: Printer, cycle: bool) -> None:
    if next(each for each in type(value).__mro__ if "__repr__" in each.__dict__) is not type:
        return _by_repr(value, printer, cycle)
    printer.text(_name_of(value))


def _function(value: Any, printer: Printer, cycle: bool) -> None:
    import inspect

    name = getattr(value, "__qualname__", value.__name__)
    module = value.__module__
    if module and module not in ("builtins", "exceptions"):
        name = f"{module}.{name}"
    try:
        shown = name + str(inspect.signature(value))
    except ValueError:
        shown = name
    printer.text(f"<function {shown}>")


def _exception(value: Any, printer: Printer, cycle: bool) -> None:
    name = getattr(type(value), "__qualname__", type(value).__name__)
    if type(value).__module__ not in ("exceptions", "builtins"):
        name = f"{type(value).__module__}.{name}"
    _call(name, printer, getattr(value, "args", ()))


FORMS: Dict[type, Form] = {
    **{kind: _by_repr for kind in (int, float, str, types.MethodType, slice, range, bytes)},
    list: _sequence("[", "]", list),
    tuple: _sequence("(", ")", tuple),
    set: _set("{", "}"),
    frozenset: _set("frozenset({", "})"),
    dict: _mapping("{", "}"),
    types.MappingProxyType: _mapping("mappingproxy({", "})"),
    type(os.environ): _mapping("environ{", "}"),
    defaultdict: _called(lambda value: [value.default_factory, dict(value)]),
    OrderedDict: _called(lambda value: [list(value.items())] if value else []),
    deque: _called(
        lambda value: [list(value)], lambda value: [] if value.maxlen is None else [("maxlen", value.maxlen)]
    ),
    Counter: _called(lambda value: [dict(value)] if value else []),
    UserList: _called(lambda value: [value.data]),
    types.SimpleNamespace: _namespace,
    re.Pattern: _pattern,
    types.FunctionType: _function,
    types.BuiltinFunctionType: _function,
    type: _type,
    BaseException: _exception,
}
