"""How it is noticed that a program saves or shows a figure of matplotlib: without a frame of ours that anybody could see.

Two attributes of matplotlib's classes are descriptors of ours, which run when the attribute is used and are over then:
`FigureCanvasBase._is_saving`, which print_figure() sets while it saves, and `FigureManagerBase.show`, which plt.show() and
Figure.show() look up. Who uses them, and with which arguments, is read from the frames above. matplotlib 3.1 to 3.10.
"""

from __future__ import annotations

import os
import sys
import types
from typing import Any, Callable, List, Optional

from . import fonts
from ..execution import imports

_BACKENDS = "matplotlib.backend_bases"
_SAVERS = ("print_figure", "save")  # of canvases and of animations
_NEAR = 6  # frames between them and what they set, at most

OnSaved = Callable[[Any, Any], None]  # with the figure and where it went
OnShown = Callable[[Any], None]


def watch(on_saved: OnSaved, on_shown: OnShown) -> None:
    """matplotlib as it is, or as it will be imported."""
    imports.when_imported(_BACKENDS, lambda backends: _put_in_place(backends, on_saved, on_shown))


def forget_folders() -> None:
    """In a zygote, whose folders are not those of a program: matplotlib asks for them, and makes them, once more."""
    matplotlib = sys.modules.get("matplotlib")
    for name in ("get_configdir", "get_cachedir"):
        function = getattr(matplotlib, name, None)
        if isinstance(function, types.FunctionType):
            for variable, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
                if variable == "called":
                    cell.cell_contents = False


def managers() -> List[Any]:
    """Of the figures that pyplot has open, in their order."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is None or "matplotlib.pyplot" not in sys.modules:
        return []
    try:
        return [helpers.Gcf.figs[number] for number in sorted(helpers.Gcf.figs)]
    except (AttributeError, TypeError):  # a program may have a module of its own by that name
        return []


def _put_in_place(backends: types.ModuleType, on_saved: OnSaved, on_shown: OnShown) -> None:
    if not hasattr(backends, "FigureCanvasBase"):  # it is a program's own
        return
    fonts.add_last()
    backends.FigureCanvasBase._is_saving = property(_is_saving, lambda canvas, value: _set_saving(canvas, value, on_saved))
    backends.FigureManagerBase.show = _Show(backends.FigureManagerBase.show, on_shown)


def _is_saving(canvas: Any) -> bool:
    return bool(canvas.__dict__.get("_is_saving"))


def _set_saving(canvas: Any, value: bool, on_saved: OnSaved) -> None:
    kept = canvas.__dict__
    kept["_is_saving"] = value
    if value:
        kept["_saved_to"] = _destination(sys._getframe(2)), sys.exc_info()[1]
    else:
        where, handled = kept.pop("_saved_to", (None, None))
        if where is not None and sys.exc_info()[1] is handled:  # else it was not saved
            on_saved(canvas.figure, where)


def _destination(frame: Optional[types.FrameType]) -> Any:
    """Where the figure goes, absolute when it is a path: the program may change to another folder."""
    for _ in range(_NEAR):
        if frame is None:
            return None
        if frame.f_code.co_name in _SAVERS and "filename" in frame.f_code.co_varnames:
            where = frame.f_locals["filename"]
            return os.path.abspath(os.fspath(where)) if isinstance(where, (str, os.PathLike)) else where
        frame = frame.f_back
    return None


class _Show:
    """The method `show` of figure managers."""

    def __init__(self, original: Any, on_shown: OnShown) -> None:
        self._original = original
        self._on_shown = on_shown

    def __get__(self, manager: Any, kind: Any = None) -> Any:
        if manager is None:
            return self._original
        self._notice(manager, sys._getframe(1))
        return self._original.__get__(manager, kind)

    def _notice(self, manager: Any, caller: types.FrameType) -> None:
        """plt.show() closes what it has shown, as in a notebook, but for show(block=False); plt.pause() shows nothing."""
        if _is_called_by_pause(caller):
            return
        self._on_shown(manager.canvas.figure)
        if "block" in caller.f_code.co_varnames and caller.f_locals.get("block") is not False:
            sys.modules["matplotlib._pylab_helpers"].Gcf.destroy(manager)


def _is_called_by_pause(frame: Optional[types.FrameType]) -> bool:
    for _ in range(_NEAR):
        if frame is None:
            return False
        if frame.f_code.co_name == "pause" and frame.f_globals.get("__name__") == "matplotlib.pyplot":
            return True
        frame = frame.f_back
    return False
