"""Text in groups that break over several lines where it is too long for one.

The algorithm is Oppen's (Prettyprinting, ACM TOPLAS 1980) in the form of Ruby's prettyprint, which IPython.lib.pretty has, too: a
group whose text does not fit breaks at all of its places, the outermost first.
"""

from __future__ import annotations

from typing import Any, Callable, List, Optional, Union

WIDTH = 79


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
    def __init__(self, form_of: Callable[[Any], "Form"]) -> None:
        """`form_of` tells how a value is shown."""
        self._form_of = form_of
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
            self._form_of(value)(value, self, cycle)
        finally:
            self.end_group()
            self._inside.pop()

    # --- how

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


Form = Callable[[Any, Printer, bool], None]  # a value, where it is shown, and whether it stands within itself
