"""Figures that a program leaves open are its output too: they are saved at its end, but for those that it saved itself."""

from __future__ import annotations

import functools
import importlib.machinery
import os
import sys
import types
from typing import Any, Optional, Sequence

from . import fonts, unhandled

_BACKENDS = "matplotlib.backend_bases"
_SAVED = "_saved_by_program"


def remember_saved() -> None:
    """In the zygote: lets us know at the end which figures a program saved itself, whoever imports matplotlib."""
    backends = sys.modules.get(_BACKENDS)
    if backends is None:
        sys.meta_path.insert(0, _BackendsFinder())
    else:
        _mark_saved(backends)


class _BackendsFinder:
    """For the image that has no matplotlib: the program may import it. It is a finder of `sys.meta_path` until then."""

    def find_spec(
        self, name: str, path: Optional[Sequence[str]], target: Optional[types.ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        if name != _BACKENDS:
            return None
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _BackendsLoader(spec.loader.name, spec.loader.path)
        return spec


class _BackendsLoader(importlib.machinery.SourceFileLoader):
    def exec_module(self, module: types.ModuleType) -> None:
        super().exec_module(module)
        if hasattr(module, "FigureCanvasBase"):  # a program may have a module of its own by that name
            _mark_saved(module)


def _mark_saved(backends: types.ModuleType) -> None:
    fonts.add_last()
    original = backends.FigureCanvasBase.print_figure

    @functools.wraps(original)
    def print_figure(self: Any, *arguments: Any, **named: Any) -> Any:
        self.figure.__dict__[_SAVED] = True
        return original(self, *arguments, **named)

    backends.FigureCanvasBase.print_figure = print_figure


def save_open(folder: str, then_close: bool = False) -> None:
    """In the child. `then_close`: the next program of a session begins with none, as a notebook's next cell."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    taken = 0
    for number in pyplot.get_fignums():
        figure = pyplot.figure(number)
        if figure.__dict__.get(_SAVED):
            continue
        free = _next_free(folder, taken)
        try:
            figure.savefig(_path(folder, free))
            taken = free
        except Exception as e:  # of what the program drew; the other figures are saved all the same
            unhandled.print_error(unhandled.format_exception(unhandled.without_our_frames(e)))
    if then_close:
        pyplot.close("all")


def _next_free(folder: str, number: int) -> int:
    """The next number of which there is no file: the program may have one of its own by that name."""
    number += 1
    while os.path.lexists(_path(folder, number)):
        number += 1
    return number


def _path(folder: str, number: int) -> str:
    return os.path.join(folder, f"figure-{number}.png")
