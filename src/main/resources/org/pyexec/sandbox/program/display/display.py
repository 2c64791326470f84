"""What a program shows, bounded: into the memory that it shares with the supervisor, or into files where it is too large.

In the program's own process, so nothing here is trusted outside. A program may have replaced anything by now: what is used of
libraries is bound here, before it runs, and built-in functions are our own (memory_importer.py).
"""

from __future__ import annotations

import base64
import json
import os
from typing import Any, Dict, Iterable, List, Optional, Tuple, Union

from . import mime_bundle
from ...policy import policy
from ...wire import report
from ..execution import tracebacks
from .mime_bundle import TEXT, Bundle

MAX_TEXT = 1 << 20  # characters of one type
MAX_BINARY = 3 << 20  # bytes of one type
MAX_DISPLAYS = 100
MAX_NESTING = 60  # of JSON

_SUFFIXES = {TEXT: "txt", **{mime: suffix for mime, _, suffix in mime_bundle.METHODS}}
_encode = json.JSONEncoder(allow_nan=False).encode
_to_base64 = base64.b64encode

Content = Union[str, bytes, bytearray]
Contents = Dict[str, Content]


class Printed:
    """Where nobody asked for results: the text of what is shown is output."""

    def display(self, *objects: Any, raw: bool = False, display_id: Any = None, **_: Any) -> None:
        for each in objects:
            own = None if raw else mime_bundle.method(each, "_ipython_display_")
            if own is not None:
                mime_bundle.attempt(own)
            else:
                print(dict(each).get(TEXT, "") if raw else mime_bundle.text_of(each))

    def update(self, value: Any, display_id: str, raw: bool = False) -> None:
        self.display(value, raw=raw)

    def clear(self, wait: bool = False) -> None:
        pass


class Displays:
    """What one run shows. `area` takes it at once, so that it is there however the run ends."""

    def __init__(self, area: report.ResultArea, work: str, look: Optional[mime_bundle.Look] = None) -> None:
        area.own()
        self._area = area
        self._work = work
        self._look = look
        self._count = 0
        self._id: Optional[str] = None  # of what is being shown
        self._places: List[Tuple[Optional[str], int, int]] = []  # id, begin and length of what is there
        self._clears = False  # before what comes next

    def display(self, *objects: Any, raw: bool = False, display_id: Optional[str] = None, **_: Any) -> None:
        """Show each of the objects; with raw=True each is a dict from MIME type to data."""
        for each in objects:
            if self._clears:
                self.clear()
            self._count += 1
            if self._count == MAX_DISPLAYS + 1:
                tracebacks.print_error(f"display: only the first {MAX_DISPLAYS} are kept\n")
            if self._count <= MAX_DISPLAYS:
                self._id = display_id
                self._guarded(each, f"display-{self._count}", "display", raw)
                self._id = None

    def update(self, value: Any, display_id: str, raw: bool = False) -> None:
        """In the place of what this program has shown with the same id. What an earlier one has shown is told already."""
        places, self._places = self._places, []
        kept = [(each, self._area.read(begin, length)) for each, begin, length in places]
        index = next((i for i, (each, _) in enumerate(kept) if each == display_id), len(kept))
        behind = kept[index + 1 :]
        self._area.cut(places[index][1] if index < len(places) else self._area.length)
        self._places = places[:index]
        self._count -= index < len(places)  # it takes the place of another
        self.display(value, raw=raw, display_id=display_id)
        for each, line in behind:
            self._append(line, each)

    def clear(self, wait: bool = False) -> None:
        """Takes back what this program has shown until now; `wait`: when something else is shown."""
        self._clears = wait
        if not wait:
            self._count = 0
            self._places.clear()
            self._area.cut(0)

    def result(self, value: Any) -> None:
        """The value of the last expression."""
        if value is not None:
            if self._clears:
                self.clear()
            self._guarded(value, "result", "result", False)

    def _guarded(self, value: Any, name: str, kind: str, raw: bool) -> None:
        own = None if raw else mime_bundle.method(value, "_ipython_display_")
        if own is not None:
            mime_bundle.attempt(own)
        else:
            mime_bundle.attempt(lambda: self._show(kind, dict(value) if raw else mime_bundle.of(value, self._look), name))

    def _append(self, line: bytes, display_id: Optional[str]) -> bool:
        begin = self._area.length
        room = self._area.append(line)
        if room:
            self._places.append((display_id, begin, len(line)))
        return room

    def _show(self, kind: str, offered: Bundle, name: str) -> None:
        """What is too large, or finds no room any more, becomes a file; a longer text is shown in part as well."""
        contents = _contents(offered)
        shown = {mime: content for mime, content in contents.items() if len(content) <= _limit(content)}
        text = contents.get(TEXT)
        if isinstance(text, str):
            shown[TEXT] = _shortened(text)
        elif contents and not shown:
            shown[TEXT] = self._put_all_aside(contents, name)
            offered, contents = shown, {}
        if not self._keep(kind, shown, offered):
            tracebacks.print_error("display: there is no room for more, it is in files\n")
            shown = {mime: content for mime, content in shown.items() if mime == TEXT}
            if not self._keep(kind, shown, offered):
                shown.clear()
        self._put_all_aside({mime: content for mime, content in contents.items() if shown.get(mime) is not content}, name)

    def _put_all_aside(self, contents: Contents, name: str) -> str:
        """A sentence that says where it is."""
        names = [self._put_aside(f"{name}.{_suffix(mime)}", content) for mime, content in contents.items()]
        return f"in {', '.join(filter(None, names))}" if any(names) else "left out"

    def _put_aside(self, name: str, content: Content) -> str:
        """The name of the file, or nothing."""
        if len(content) > policy.MAX_FILE_BYTES:  # it would be left out later, and take room until then
            tracebacks.print_error(f"display: {name} is left out: it is larger than {policy.MAX_FILE_BYTES >> 20} MB\n")
            return ""
        try:
            return self._write(name, content)
        except OSError as e:
            tracebacks.print_error(f"display: {name} cannot be written: {e.strerror}\n")
            return ""

    def _keep(self, kind: str, contents: Contents, offered: Bundle) -> bool:
        if not contents:  # nobody could do anything with it
            return True
        members = [f"{_encode(mime)}: {_json(content, offered[mime])}" for mime, content in contents.items()]
        return self._append(f"[{_encode(kind)}, {{{', '.join(members)}}}]\n".encode("ascii"), self._id)

    def _write(self, name: str, content: Content) -> str:
        """As a file that the program generated, beside those that it has itself: the name that was free."""
        stem, _, suffix = name.rpartition(".")
        for number in range(1000):
            path = os.path.join(self._work, f"{stem}-{number}.{suffix}" if number else name)
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
            except FileExistsError:
                continue
            try:
                with open(descriptor, "wb") as file:
                    file.write(content.encode("utf-8", "replace") if isinstance(content, str) else content)
            except BaseException:  # a part is of no use, and takes the room of others
                os.unlink(path)
                raise
            return os.path.basename(path)
        return ""


def _contents(offered: Bundle) -> Contents:
    """What a file of each type has; what is of no use is left out, which is said on standard error."""
    contents: Contents = {}
    for mime, data in offered.items():
        if isinstance(mime, str) and data is not None:
            try:
                contents[mime] = _content(mime, data)
            except Exception as e:
                tracebacks.print_error(f"display: {mime} is left out: {str(e) or type(e).__name__}\n")
    return contents


def _content(mime: str, data: Any) -> Content:
    """Raises whatever is wrong with it."""
    if isinstance(data, (str, bytes, bytearray)):
        return data
    if not mime.endswith("json"):
        raise TypeError(f"it is of type {type(data).__name__}")
    encoded = _encode(data)
    if len(encoded) <= MAX_TEXT and _is_nested(data):
        raise ValueError(f"it is nested more than {MAX_NESTING} levels deep")
    return encoded


def _is_nested(data: Any) -> bool:
    """Too deeply for those who read the answer."""
    level = [data]
    for _ in range(MAX_NESTING):
        level = [item for each in level if isinstance(each, (dict, list, tuple)) for item in _items(each)]
    return any(isinstance(each, (dict, list, tuple)) for each in level)


def _items(data: Any) -> Iterable[Any]:
    items: Iterable[Any] = data.values() if isinstance(data, dict) else data
    return items


def _limit(content: Content) -> int:
    return MAX_TEXT if isinstance(content, str) else MAX_BINARY


def _json(content: Content, data: Any) -> str:
    """Binary in Base64, as notebooks have it."""
    if isinstance(content, str):
        return _encode(content) if isinstance(data, str) else content
    return _encode(_to_base64(content).decode("ascii"))


def _suffix(mime: str) -> str:
    return _SUFFIXES.get(mime, "json" if mime.endswith("json") else "bin")


def _shortened(text: str) -> str:
    excess = len(text) - MAX_TEXT
    return text if excess <= 0 else f"{text[:MAX_TEXT]}\n[{excess} characters left out]"


# --- for programs ---------------------------------------------------------------------------------------------------

_target: Union[Printed, Displays] = Printed()


def show_on(target: Union[Printed, Displays]) -> None:
    """From here on."""
    global _target
    _target = target


def target() -> Union[Printed, Displays]:
    return _target
