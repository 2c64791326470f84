"""What programs import from IPython.display, for interpreters that have no IPython; ipython.py makes the modules.

The names, arguments and MIME types are IPython's: https://ipython.readthedocs.io/en/stable/api/generated/IPython.display.html
"""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Optional, Union

from . import ipython_media
from ..display import display as showing
from .ipython_media import DisplayObject

_MIME_TYPES = {
    "html": "text/html",
    "markdown": "text/markdown",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "latex": "text/latex",
    "json": "application/json",
    "javascript": "application/javascript",
    "pdf": "application/pdf",
    "pretty": "text/plain",
}


class DisplayHandle:
    """Something that is shown and may be shown anew."""

    def __init__(self, display_id: Optional[str] = None) -> None:
        self.display_id = os.urandom(16).hex() if display_id is None else display_id

    def display(self, obj: Any, **options: Any) -> None:
        display(obj, display_id=self.display_id, **options)

    def update(self, obj: Any, **options: Any) -> None:
        update_display(obj, display_id=self.display_id, **options)


def display(
    *objs: Any, raw: bool = False, display_id: Union[None, bool, str] = None, update: bool = False, **_: Any
) -> Optional[DisplayHandle]:
    handle = None if not display_id else DisplayHandle(None if display_id is True else str(display_id))
    for obj in objs:
        if update and handle is not None:
            showing.target().update(obj, handle.display_id, raw=raw)
        else:
            showing.target().display(obj, raw=raw, display_id=None if handle is None else handle.display_id)
    return handle


def update_display(obj: Any, *, display_id: str, **options: Any) -> None:
    display(obj, display_id=display_id, update=True, **options)


def clear_output(wait: bool = False) -> None:
    showing.target().clear(wait)


def publish_display_data(data: Dict[str, Any], metadata: Any = None, *, transient: Any = None, **_: Any) -> None:
    shown = (transient or {}).get("display_id")
    display(data, raw=True, display_id=shown)


def _display_as(name: str) -> Any:
    def show(*objs: Any, raw: bool = False, **_: Any) -> None:
        for obj in objs:
            method = getattr(obj, f"_repr_{name}_", None)
            data = obj if raw or method is None else method()
            display({_MIME_TYPES[name]: data}, raw=True)

    show.__name__ = show.__qualname__ = f"display_{name}"
    return show


def set_matplotlib_formats(*formats: str, **_: Any) -> None:
    """Figures are PNG here."""


def set_matplotlib_close(close: bool = True) -> None:
    """Figures are closed after each cell."""


class TextDisplayObject(DisplayObject):
    def __init__(self, data: Any = None, url: Any = None, filename: Any = None, metadata: Any = None) -> None:
        super().__init__(data, url, filename, metadata)
        if self.data is not None and not isinstance(self.data, str):
            raise TypeError(f"{type(self).__name__} expects text, not {self.data!r}")

    def _is_file(self, name: str) -> bool:
        return False


class Pretty(TextDisplayObject):
    def __repr__(self) -> str:
        return str(self.data)


class HTML(TextDisplayObject):
    def _repr_html_(self) -> Any:
        return self.data

    __html__ = _repr_html_


class Markdown(TextDisplayObject):
    def _repr_markdown_(self) -> Any:
        return self.data


class Math(TextDisplayObject):
    def _repr_latex_(self) -> str:
        return "$\\displaystyle {}$".format(str(self.data).strip("$"))


class Latex(TextDisplayObject):
    def _repr_latex_(self) -> Any:
        return self.data


class SVG(DisplayObject):
    def _repr_svg_(self) -> str:
        text = self.data.decode("utf-8", "replace") if isinstance(self.data, bytes) else str(self.data)
        begin = text.find("<svg")
        return text[begin:] if begin > 0 else text


class JSON(DisplayObject):
    def __init__(
        self, data: Any = None, url: Any = None, filename: Any = None, expanded: bool = False, metadata: Any = None, **_: Any
    ) -> None:
        super().__init__(data, url, filename, metadata)
        if isinstance(self.data, str):
            self.data = json.loads(self.data)

    def _is_file(self, name: str) -> bool:
        return name.endswith(".json") and super()._is_file(name)

    def _repr_json_(self) -> Any:
        return self.data


class GeoJSON(JSON):
    def _ipython_display_(self) -> None:
        display({"application/geo+json": self.data, "text/plain": "<IPython.display.GeoJSON object>"}, raw=True)


class Javascript(TextDisplayObject):
    def __init__(self, data: Any = None, url: Any = None, filename: Any = None, lib: Any = None, css: Any = None) -> None:
        super().__init__(data, url, filename)

    def _repr_javascript_(self) -> Any:
        return self.data


class Code(TextDisplayObject):
    def __init__(self, data: Any = None, url: Any = None, filename: Any = None, language: Any = None) -> None:
        self.language = language
        super().__init__(data, url, filename)

    def _is_file(self, name: str) -> bool:
        return "\n" not in name and DisplayObject._is_file(self, name)

    def __repr__(self) -> str:
        return str(self.data)

    def _repr_html_(self) -> str:
        return f"<pre><code>{ipython_media.escaped(str(self.data))}</code></pre>"


class ProgressBar(DisplayObject):
    def __init__(self, total: int) -> None:
        self.total, self._progress, self._handle = total, 0, DisplayHandle()

    def __repr__(self) -> str:
        done = int(60 * self._progress / self.total) if self.total else 60
        return f"[{'=' * done}{' ' * (60 - done)}] {self._progress}/{self.total}"

    def _repr_html_(self) -> str:
        return f"<progress style='width:60ex' max='{self.total}' value='{self._progress}'></progress>"

    def display(self) -> None:
        self._handle.display(self)

    def update(self) -> None:
        self._handle.update(self)

    @property
    def progress(self) -> int:
        return self._progress

    @progress.setter
    def progress(self, value: int) -> None:
        self._progress = value
        self.update()

    def __iter__(self) -> Any:
        self.display()
        for self._progress in range(self.total):
            yield self._progress
            self.update()


def contents() -> Dict[str, Any]:
    """The names of the module, as programs find them."""
    names: Dict[str, Any] = {f"display_{name}": _display_as(name) for name in _MIME_TYPES}
    for name, value in {**vars(ipython_media), **globals()}.items():
        if name.startswith("_") or getattr(value, "__module__", None) not in _PLACES:
            continue
        if name not in ("contents", "escaped"):
            if value.__module__ != _FUNCTIONS:
                value.__module__ = _PLACE
            names[name] = value
    return names


_PLACE, _FUNCTIONS = "IPython.core.display", "IPython.core.display_functions"
_PLACES = (__name__, ipython_media.__name__, _PLACE, _FUNCTIONS)
# From the start: programs have display() without an import.
for _each in (DisplayHandle, display, update_display, clear_output, publish_display_data):
    _each.__module__ = _FUNCTIONS
