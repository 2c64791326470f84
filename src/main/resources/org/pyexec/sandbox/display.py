"""Values worth looking at: IPython's display protocol, without IPython.

In the program's own process, so nothing here is trusted outside. A program may have replaced anything by now: what
is used of libraries is bound here, before it runs, built-in functions are our own (sources.py), and whatever goes wrong leaves something out of the bundle.
https://ipython.readthedocs.io/en/stable/config/integrating.html
"""

from __future__ import annotations

import ast
import base64
import io
import json
import os
import sys
from typing import Any, Callable, Dict, Iterable, Optional, Tuple, Union

from . import policy, report, unhandled

TEXT = "text/plain"
MAX_TEXT = 1 << 20  # characters of one type
MAX_BINARY = 3 << 20  # bytes of one type
MAX_DISPLAYS = 100
MAX_NESTING = 60  # of JSON

_METHODS = (  # type, method, suffix of the file for what is too large
    ("text/html", "_repr_html_", "html"),
    ("text/markdown", "_repr_markdown_", "md"),
    ("text/latex", "_repr_latex_", "tex"),
    ("image/svg+xml", "_repr_svg_", "svg"),
    ("image/png", "_repr_png_", "png"),
    ("image/jpeg", "_repr_jpeg_", "jpg"),
    ("application/pdf", "_repr_pdf_", "pdf"),
    ("application/json", "_repr_json_", "json"),
    ("application/javascript", "_repr_javascript_", "js"),
)
_SUFFIXES = {TEXT: "txt", **{kind: suffix for kind, _, suffix in _METHODS}}
_encode = json.JSONEncoder(allow_nan=False).encode
_to_base64 = base64.b64encode

Bundle = Dict[str, Any]
Content = Union[str, bytes, bytearray]
Contents = Dict[str, Content]


class Displays:
    """What one run shows. `area` takes it at once, so that it is there however the run ends."""

    def __init__(self, area: report.ResultArea, work: str) -> None:
        area.own()
        self._area = area
        self._work = work
        self._count = 0

    def display(self, *objects: Any, raw: bool = False, **_: Any) -> None:
        """Show each of the objects; with raw=True each is a dict from MIME type to data."""
        for each in objects:
            self._count += 1
            if self._count == MAX_DISPLAYS + 1:
                unhandled.print_error(f"display: only the first {MAX_DISPLAYS} are kept\n")
            if self._count <= MAX_DISPLAYS:
                self._guarded(each, f"display-{self._count}", "display", raw)

    def result(self, value: Any) -> None:
        """The value of the last expression."""
        if value is not None:
            self._guarded(value, "result", "result", False)

    def _guarded(self, value: Any, name: str, kind: str, raw: bool) -> None:
        own = None if raw else _method(value, "_ipython_display_")
        if own is not None:
            _attempt(own)
        else:
            _attempt(lambda: self._show(kind, dict(value) if raw else _bundle(value), name))

    def _show(self, kind: str, bundle: Bundle, name: str) -> None:
        """What is too large, or finds no room any more, becomes a file; a longer text is shown in part as well."""
        contents = _contents(bundle)
        shown = {mime: content for mime, content in contents.items() if len(content) <= _limit(content)}
        text = contents.get(TEXT)
        if isinstance(text, str):
            shown[TEXT] = _shortened(text)
        if not self._keep(kind, shown, bundle):
            unhandled.print_error("display: there is no room for more, it is in files\n")
            shown = {mime: content for mime, content in shown.items() if mime == TEXT}
            if not self._keep(kind, shown, bundle):
                shown.clear()
        for mime, content in contents.items():
            if shown.get(mime) is not content:
                self._put_aside(f"{name}.{_suffix(mime)}", content)

    def _put_aside(self, name: str, content: Content) -> None:
        if len(content) > policy.MAX_FILE_BYTES:  # it would be left out later, and take room until then
            unhandled.print_error(f"display: {name} is left out: it is larger than {policy.MAX_FILE_BYTES >> 20} MB\n")
            return
        try:
            self._write(name, content)
        except OSError as e:
            unhandled.print_error(f"display: {name} cannot be written: {e.strerror}\n")

    def _keep(self, kind: str, contents: Contents, bundle: Bundle) -> bool:
        members = [f"{_encode(mime)}: {_json(content, bundle[mime])}" for mime, content in contents.items()]
        return self._area.append(f"[{_encode(kind)}, {{{', '.join(members)}}}]\n".encode("ascii"))

    def _write(self, name: str, content: Content) -> None:
        """As a file that the program generated, beside those that it has itself."""
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
            return


def _contents(bundle: Bundle) -> Contents:
    """What a file of each type has; what is of no use is left out, which is said on standard error."""
    contents: Contents = {}
    for mime, data in bundle.items():
        if isinstance(mime, str) and data is not None:
            try:
                contents[mime] = _content(mime, data)
            except Exception as e:
                unhandled.print_error(f"display: {mime} is left out: {str(e) or type(e).__name__}\n")
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
    return data.values() if isinstance(data, dict) else data  # type: ignore[no-any-return]


def _limit(content: Content) -> int:
    return MAX_TEXT if isinstance(content, str) else MAX_BINARY


def _json(content: Content, data: Any) -> str:
    """Binary in Base64, as notebooks have it."""
    if isinstance(content, str):
        return _encode(content) if isinstance(data, str) else content
    return _encode(_to_base64(content).decode("ascii"))


def _suffix(mime: str) -> str:
    return _SUFFIXES.get(mime, "json" if mime.endswith("json") else "bin")


def _bundle(value: Any) -> Bundle:
    bundle: Bundle = {TEXT: _plain_text(value)}
    png = _attempt(lambda: _figure(value))
    if png is not None:
        bundle["image/png"] = png
    for kind, name, _ in _METHODS:
        data = _called(value, name)
        if data is not None:
            bundle[kind] = data
    own = _called(value, "_repr_mimebundle_", include=None, exclude=None)
    if isinstance(own, dict):
        bundle.update(own)
    return bundle


def _called(value: Any, name: str, **arguments: Any) -> Any:
    """What the method offers, without metadata; None when there is none or it fails, which is said on standard error."""
    method = _method(value, name)
    data = None if method is None else _attempt(lambda: method(**arguments))
    return data[0] if isinstance(data, tuple) and len(data) == 2 else data


def _attempt(action: Callable[[], Any]) -> Any:
    """None when it fails, which is said on standard error: a program's faulty method ends nothing else."""
    try:
        return action()
    except Exception as e:
        _complain(e)
        return None


def _complain(e: BaseException) -> None:
    try:
        unhandled.print_error(unhandled.format_exception(unhandled.without_our_frames(e)))
    except Exception:
        pass  # a program that has taken even that away


def _method(value: Any, name: str) -> Optional[Callable[..., Any]]:
    """Not of objects that have every attribute that one asks for, such as mocks: IPython's own test."""
    if isinstance(value, type):
        return None
    try:
        if getattr(value, "_ipython_canary_method_should_not_exist_", None) is not None:
            return None
        method = getattr(value, name, None)
    except Exception:  # of its __getattr__
        return None
    return method if callable(method) else None


def _plain_text(value: Any) -> str:
    text = _attempt(lambda: repr(value))
    if text is not None:
        return text  # type: ignore[no-any-return]
    kind = type(value)
    return f"<{kind.__module__}.{kind.__qualname__} object>"


def _figure(value: Any) -> Optional[bytes]:
    """A figure of matplotlib has no method for it. What is shown is not saved once more at the end; figures.py."""
    figures = sys.modules.get("matplotlib.figure")
    if figures is None or not isinstance(value, figures.Figure):
        return None
    target = io.BytesIO()
    value.savefig(target, format="png", bbox_inches="tight")
    return target.getvalue()


def _shortened(text: str) -> str:
    excess = len(text) - MAX_TEXT
    return text if excess <= 0 else f"{text[:MAX_TEXT]}\n[{excess} characters left out]"


def split(source: bytes) -> Tuple[Any, Any]:
    """The program without its last expression, and that: trees for compile(), or the source and None."""
    try:
        tree: Any = compile(source, policy.PROGRAM, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source, None  # whoever compiles it will say so
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or _is_silenced(source, last):
        return source, None
    tree.body.pop()
    return tree, ast.Expression(last.value)


def _is_silenced(source: bytes, last: Any) -> bool:
    """By a semicolon behind it, as in notebooks."""
    lines = source.split(b"\n")
    rest = lines[last.end_lineno - 1][last.end_col_offset :]
    return rest.lstrip(b" \t").startswith(b";")
