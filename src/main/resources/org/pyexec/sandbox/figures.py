"""Figures that a program leaves open are its output too: they are saved at its end, but for those that it saved itself."""

from __future__ import annotations

import os
import sys

from . import unhandled

_SAVED = "_saved_by_program"


def remember_saved() -> None:
    """In the zygote: lets us know at the end which figures a program saved itself."""
    backends = sys.modules.get("matplotlib.backend_bases")
    if backends is None:
        return
    original = backends.FigureCanvasBase.print_figure

    def print_figure(self, *arguments, **named):  # type: ignore[no-untyped-def]
        self.figure.__dict__[_SAVED] = True
        return original(self, *arguments, **named)

    print_figure.__doc__ = original.__doc__
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
