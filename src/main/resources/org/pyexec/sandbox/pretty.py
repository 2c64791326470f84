"""Long values over several lines, as IPython shows them: a list or a dict that does not fit into 79 characters has one item a line.

The algorithm is Oppen's (Prettyprinting, ACM TOPLAS 1980) in the form of Ruby's prettyprint, which IPython.lib.pretty has too: text
goes into groups, and a group whose text does not fit breaks at all of its places, the outermost first. In the program's own
process; what goes wrong here is raised, and the caller falls back to repr().
"""

from __future__ import annotations

import os
import re
import types
from collections import Counter, OrderedDict, UserList, defaultdict, deque
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple, Union

WIDTH = 79
MAX_ITEMS = 1000  # of each container; what follows is "..."
_FLAGS = ("IGNORECASE", "LOCALE", "MULTILINE", "DOTALL", "UNICODE", "VERBOSE", "DEBUG")


class _Group:
    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.places: List["_Place"] = []  # where it may break, of what is not written yet
        self.breaks = False


class _Place:
    """A space, or the beginning of a line if its group breaks."""

    def __init__(self, space: str, group: _Group, indentation: int) -> None:
        self.space, self.group, self.indentation = space, group, indentation


class Printer:
    def __init__(self, forms: Optional[Dict[type, Callable[[Any, "Printer", bool], None]]] = None) -> None:
        self._forms = forms or {}
        self._written: List[str] = []
        self._column = 0
        self._waiting: List[Union[str, _Place]] = []
        self._waiting_width = 0
        first = _Group(0)
        self._open = [first]
        self._queue: List[List[_Group]] = [[first]]  # of each depth
        self.indentation = 0
        self._inside: List[int] = []  # identities of the objects that are being shown

    # --- the interface that _repr_pretty_ and the functions of for_type are written for

    def text(self, text: str) -> None:
        if self._waiting:
            self._waiting.append(text)
            self._waiting_width += len(text)
            self._break_outer()
        else:
            self._written.append(text)
            self._column += len(text)

    def breakable(self, sep: str = " ") -> None:
        group = self._open[-1]
        if group.breaks:
            self._flush()
            self._new_line(self.indentation)
            return
        place = _Place(sep, group, self.indentation)
        group.places.append(place)
        self._waiting.append(place)
        self._waiting_width += len(sep)
        self._break_outer()

    def break_(self) -> None:
        group = self._next_to_break()
        if group is not None:
            self._break(group)
        self._flush()
        self._new_line(self.indentation)

    def begin_group(self, indent: int = 0, open: str = "") -> None:
        if open:
            self.text(open)
        group = _Group(self._open[-1].depth + 1)
        self._open.append(group)
        while len(self._queue) <= group.depth:
            self._queue.append([])
        self._queue[group.depth].append(group)
        self.indentation += indent

    def end_group(self, dedent: int = 0, close: str = "") -> None:
        self.indentation -= dedent
        group = self._open.pop()
        if not group.places and group in self._queue[group.depth]:
            self._queue[group.depth].remove(group)
        if close:
            self.text(close)

    def group(self, indent: int = 0, open: str = "", close: str = "") -> "_Braces":
        return _Braces(self, indent, open, close)

    def pretty(self, value: Any) -> None:
        identity = id(value)
        cycle = identity in self._inside
        self._inside.append(identity)
        self.begin_group()
        try:
            self._form(value)(value, self, cycle)
        finally:
            self.end_group()
            self._inside.pop()

    # --- how

    def _form(self, value: Any) -> Callable[[Any, "Printer", bool], None]:
        kind = type(value)
        for each in kind.__mro__:
            form = self._forms.get(each) or FORMS.get(each)
            if form is not None:
                return form
            own = each.__dict__.get("_repr_pretty_")
            if callable(own):
                return lambda value, printer, cycle: kind._repr_pretty_(value, printer, cycle)  # type: ignore[attr-defined]
            if each is not object and callable(each.__dict__.get("__repr__")):
                return _by_repr
        return _by_default

    def result(self) -> str:
        self._flush()
        return "".join(self._written)

    def _break_outer(self) -> None:
        """As long as what waits does not fit into the line, the outermost group breaks."""
        while self._column + self._waiting_width > WIDTH:
            group = self._next_to_break()
            if group is None:
                return
            self._break(group)

    def _break(self, group: _Group) -> None:
        while group.places:
            self._write_first()
        while self._waiting and isinstance(self._waiting[0], str):
            self._write_first()

    def _next_to_break(self) -> Optional[_Group]:
        for groups in self._queue:
            for index, group in enumerate(reversed(groups)):
                if group.places:
                    del groups[index]  # which may be another one: so IPython has it, and the text is the same this way only
                    group.breaks = True
                    return group
            for group in groups:
                group.breaks = True
            groups.clear()
        return None

    def _write_first(self) -> None:
        first = self._waiting.pop(0)
        if isinstance(first, str):
            self._waiting_width -= len(first)
            self._written.append(first)
            self._column += len(first)
            return
        self._waiting_width -= len(first.space)
        first.group.places.pop(0)
        if first.group.breaks:
            self._new_line(first.indentation)
            return
        if not first.group.places and first.group in self._queue[first.group.depth]:
            self._queue[first.group.depth].remove(first.group)
        self._written.append(first.space)
        self._column += len(first.space)

    def _new_line(self, indentation: int) -> None:
        self._written.append("\n" + " " * indentation)
        self._column = indentation

    def _flush(self) -> None:
        while self._waiting:
            self._write_first()


class _Braces:
    def __init__(self, printer: Printer, indent: int, opening: str, closing: str) -> None:
        self._printer, self._indent, self._opening, self._closing = printer, indent, opening, closing

    def __enter__(self) -> None:
        self._printer.begin_group(self._indent, self._opening)

    def __exit__(self, *_: Any) -> None:
        self._printer.end_group(self._indent, self._closing)


def pretty(value: Any, forms: Optional[Dict[type, Callable[[Any, Printer, bool], None]]] = None) -> str:
    """`forms`: what a program has for types of its own."""
    printer = Printer(forms)
    printer.pretty(value)
    return printer.result()


# --- what a value of each type looks like -----------------------------------------------------------------------------

Form = Callable[[Any, Printer, bool], None]


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


def _sorted(values: Any) -> Iterable[Any]:
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
