"""How a session shows values: long ones over several lines, and what programs have registered for types of theirs.

The interface is that of IPython.core.formatters, as far as libraries use it: sympy.init_printing() and its like.
"""

from __future__ import annotations

import sys
from typing import Any, Callable, Dict, Iterator, Optional, Tuple

from . import pretty
from ..display import mime_bundle

_ANY = Callable[..., Any]


class Formatter:
    """The functions for one MIME type."""

    def __init__(self) -> None:
        self.enabled = True
        self.type_printers: Dict[type, _ANY] = {}
        self.deferred_printers: Dict[Tuple[str, str], _ANY] = {}

    def for_type(self, kind: Any, function: Optional[_ANY] = None) -> Optional[_ANY]:
        if isinstance(kind, str):
            module, _, name = kind.rpartition(".")
            return self.for_type_by_name(module, name, function)
        before = self.type_printers.get(kind)
        if function is not None:
            self.type_printers[kind] = function
        return before

    def for_type_by_name(self, module: str, name: str, function: Optional[_ANY] = None) -> Optional[_ANY]:
        before = self.deferred_printers.get((module, name))
        if function is not None:
            self.deferred_printers[module, name] = function
        return before

    def lookup_by_type(self, kind: type) -> _ANY:
        for each in kind.__mro__:
            found = self.type_printers.get(each) or self.deferred_printers.get((each.__module__, each.__name__))
            if found is not None:
                return found
        raise KeyError(kind)

    def pop(self, kind: type, default: Any = None) -> Any:
        return self.type_printers.pop(kind, default)


class DisplayFormatter:
    def __init__(self) -> None:
        self.formatters = {mime: Formatter() for mime in (mime_bundle.TEXT, *(mime for mime, _, _ in mime_bundle.METHODS))}
        self.float_format = ""

    def text(self, value: Any) -> str:
        try:
            return pretty.pretty(value, self._forms())
        except RecursionError:  # of a value that is nested deeply
            return repr(value)

    def _forms(self) -> Dict[type, Any]:
        own = self.formatters[mime_bundle.TEXT]
        forms = dict(own.type_printers)
        for (module, name), function in own.deferred_printers.items():
            kind = getattr(sys.modules.get(module), name, None)
            if isinstance(kind, type):
                forms[kind] = function
        if self.float_format:
            forms.setdefault(float, lambda value, printer, _: printer.text(self.float_format % value))
        return forms

    def more(self, value: Any) -> mime_bundle.Bundle:
        return {mime: data for mime, data in self._offered(value) if data is not None}

    def _offered(self, value: Any) -> Iterator[Tuple[str, Any]]:
        for mime, formatter in self.formatters.items():
            if mime != mime_bundle.TEXT and formatter.enabled and (formatter.type_printers or formatter.deferred_printers):
                try:
                    function = formatter.lookup_by_type(type(value))
                except KeyError:
                    continue
                yield mime, function(value)

    def format(self, value: Any, include: Any = None, exclude: Any = None) -> Tuple[mime_bundle.Bundle, Dict[str, Any]]:
        return mime_bundle.of(value, self), {}
