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
from typing import Any, Callable, Dict, Optional, Tuple

from . import policy, report, unhandled

MAX_TEXT = 1 << 20  # characters of one type
MAX_BINARY = 3 << 20  # bytes of one type
MAX_DISPLAYS = 100

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
_SUFFIXES = {kind: suffix for kind, _, suffix in _METHODS}
_encode = json.JSONEncoder(allow_nan=False).encode
_to_base64 = base64.b64encode

Bundle = Dict[str, Any]


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
            _attempt(lambda: self._keep(kind, self._bounded(dict(value) if raw else _bundle(value), name)))

    def _bounded(self, bundle: Bundle, name: str) -> Bundle:
        kept = {}
        for kind, data in bundle.items():
            if not isinstance(kind, str) or data is None:
                continue
            if not (isinstance(data, (str, bytes, bytearray)) or kind.endswith("json")):
                unhandled.print_error(f"display: {kind} is of type {type(data).__name__}, which is left out\n")
            elif kind == "text/plain":
                kept[kind] = _shortened(str(data))
            elif _size(data) <= (MAX_BINARY if isinstance(data, (bytes, bytearray)) else MAX_TEXT):
                kept[kind] = _plain(data)
            else:
                self._write(f"{name}.{_SUFFIXES.get(kind, 'bin')}", data)
        return kept

    def _keep(self, kind: str, bundle: Bundle) -> None:
        line = _encode([kind, bundle]).encode("ascii") + b"\n"
        if not self._area.append(line):
            unhandled.print_error("display: there is no room for more\n")

    def _write(self, name: str, data: Any) -> None:
        """As a file that the program generated, beside those that it has itself."""
        content = data if isinstance(data, (bytes, bytearray)) else _text(data).encode("utf-8", "replace")
        stem, _, suffix = name.rpartition(".")
        for number in range(1000):
            path = os.path.join(self._work, f"{stem}-{number}.{suffix}" if number else name)
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
            except FileExistsError:
                continue
            with open(descriptor, "wb") as file:
                file.write(content)
            return


def _bundle(value: Any) -> Bundle:
    bundle: Bundle = {"text/plain": _plain_text(value)}
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


def _size(data: Any) -> int:
    return len(data) if isinstance(data, (str, bytes, bytearray)) else len(_encode(data))


def _plain(data: Any) -> Any:
    """Binary in Base64, as notebooks have it."""
    return _to_base64(data).decode("ascii") if isinstance(data, (bytes, bytearray)) else data


def _text(data: Any) -> str:
    return data if isinstance(data, str) else _encode(data)


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
