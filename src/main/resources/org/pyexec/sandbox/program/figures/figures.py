"""Figures of matplotlib are a program's output too: those that it shows, when it shows them, and those that it leaves open.

What it saved itself in the working folder does not come a second time. How matplotlib is watched stands in drawing.py.
"""

from __future__ import annotations

import io
import os
import sys
import types
from typing import Any, List, Optional

from . import drawing
from ..display import display
from ..execution import tracebacks

_pid = os.getpid  # bound before any program runs, which may replace it
_SAVED = "_saved_by_program"  # how many parts it had then
_SHOWN = "_shown_by_program"
_PNG = b"\x89PNG\r\n\x1a\n"
_LARGEST_COPY = 16 << 20  # bytes; what is larger is drawn again, in the usual size
_FRAME_OF_FILM = "grab_frame"  # of matplotlib's animations
_NEAR = 12  # frames that are looked at for it


def watch() -> None:
    """In the zygote: whoever imports matplotlib."""
    drawing.watch(_on_saved, _on_shown)


class Gallery:
    """The figures of one program, in a process that runs it."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._owner = _pid()
        self._made: List[int] = []  # numbers of the files
        self._last = 0
        self._digits = 1

    @property
    def is_own(self) -> bool:
        """Whether this is the process that runs the program, and none that it has forked."""
        return _pid() == self._owner

    def owns(self, path: str) -> bool:
        """Whether there is such a file below the working folder, which is handed out anyway."""
        try:
            return os.path.exists(path) and os.path.realpath(path).startswith(os.path.realpath(self._folder) + os.sep)
        except (OSError, ValueError):
            return False

    def take_saved(self, figure: Any, path: Optional[str]) -> None:
        """What it has saved elsewhere, where it is lost; None where that is not complete yet."""
        if _is_blank(figure):
            return
        picture = path and _content(path)
        if picture:
            self._write(picture)
        else:
            kept = dict(figure.__dict__)
            self.take(figure, shown=False, again=True)
            figure.__dict__[_SHOWN] = kept.get(_SHOWN)
        mark_saved(figure)

    def take(self, figure: Any, shown: bool, again: bool = False) -> None:
        """Of what the program drew the errors are told; other figures are taken all the same. `again`: also if it has come."""
        try:
            self._take(figure, shown, again)
        except Exception as e:
            tracebacks.print_error(tracebacks.format_exception(tracebacks.without_our_frames(e)))

    def _take(self, figure: Any, shown: bool, again: bool) -> None:
        kept = figure.__dict__
        is_old = not again and (_is_as_saved(figure) or (kept.get(_SHOWN) and not figure.stale))
        target = display.target() if shown else None
        displays = target is not None and not isinstance(target, display.Printed)
        if _is_blank(figure) or (is_old and not displays):
            return
        picture = io.BytesIO()
        was_saved = kept.get(_SAVED)
        figure.savefig(picture, format="png")
        kept[_SAVED], kept[_SHOWN] = was_saved, True  # this was none of the program's
        figure.stale = False
        if target is not None and displays:
            target.display({"text/plain": repr(figure), "image/png": picture.getvalue()}, raw=True)
        if not is_old:
            self._write(picture.getvalue())

    def _write(self, picture: bytes) -> None:
        descriptor = self._create()
        with open(descriptor, "wb") as file:
            file.write(picture)

    def _create(self) -> int:
        """The next number of which there is no file: the program may have one of its own by that name."""
        while True:
            self._last += 1
            if len(str(self._last)) > self._digits:
                self._widen(len(str(self._last)))
            try:
                descriptor = os.open(self._path(self._last), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
            except FileExistsError:
                continue
            self._made.append(self._last)
            return descriptor

    def _widen(self, digits: int) -> None:
        """From ten files on all have two digits, so that they sort."""
        before = {number: self._path(number) for number in self._made}
        self._digits = digits
        for number, path in before.items():
            if os.path.exists(path) and not os.path.lexists(self._path(number)):
                os.rename(path, self._path(number))

    def _path(self, number: int) -> str:
        return os.path.join(self._folder, f"figure-{number:0{self._digits}}.png")


_gallery: Optional[Gallery] = None


def begin(folder: str) -> None:
    """Before a program. What it shows goes to the display's target as well, where that is wanted."""
    global _gallery
    _gallery = Gallery(folder)


def save_open(then_close: bool = False) -> None:
    """Behind it. `then_close`: the next program of a session begins with none, as a notebook's next cell.

    A process that the program has forked has the same figures open, which come once.
    """
    managers = drawing.managers()
    for manager in managers:
        if _gallery is not None and _gallery.is_own:
            _gallery.take(manager.canvas.figure, shown=False)
    if then_close and managers:
        sys.modules["matplotlib.pyplot"].close("all")


def mark_saved(figure: Any) -> None:
    """Until something of it changes. Matplotlib tells of each part whether it has since it was drawn; of the whole figure
    too, but that is said when the resolution of the file is taken back as well."""
    parts = figure.get_children()
    for part in parts:
        if hasattr(part, "stale"):
            part.stale = False
    figure.__dict__[_SAVED] = len(parts)


def _is_as_saved(figure: Any) -> bool:
    count = figure.__dict__.get(_SAVED)
    if count is None:
        return False
    background = getattr(figure, "patch", None)
    parts = figure.get_children()
    return len(parts) == count and not any(getattr(part, "stale", False) for part in parts if part is not background)


def _on_saved(figure: Any, where: Any) -> None:
    """`where` is what it was saved to: a path, or something to write to. What has no name is the program's own business."""
    path = where if isinstance(where, (str, os.PathLike)) else getattr(where, "name", None)
    if not isinstance(path, (str, os.PathLike)):
        mark_saved(figure)
    elif _gallery is not None and _gallery.owns(os.fspath(path)):
        mark_saved(figure)
    elif _gallery is not None and not _is_frame_of_film(sys._getframe(1)):
        _gallery.take_saved(figure, os.fspath(path) if path is where else None)


def _is_frame_of_film(frame: Optional[types.FrameType]) -> bool:
    for _ in range(_NEAR):
        if frame is None:
            return False
        if frame.f_code.co_name == _FRAME_OF_FILM:
            return True
        frame = frame.f_back
    return False


def _content(path: str) -> bytes:
    """Of a picture that can be handed out as it is."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            picture = file.read(_LARGEST_COPY + 1)
    except (OSError, ValueError):
        return b""
    return picture if picture.startswith(_PNG) and len(picture) <= _LARGEST_COPY else b""


def _on_shown(figure: Any) -> None:
    if _gallery is not None:
        _gallery.take(figure, shown=True)


def _is_blank(figure: Any) -> bool:
    """Nothing but its background: a program cleared it, or has it of plt.clf() after the last one was closed."""
    return len(figure.get_children()) <= 1
