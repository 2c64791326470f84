"""What a value looks like: IPython's display protocol, without IPython.

In the program's own process, so nothing here is trusted outside, and whatever goes wrong leaves something out.
https://ipython.readthedocs.io/en/stable/config/integrating.html
"""

from __future__ import annotations

import io
import sys
from typing import Any, Callable, Dict, Optional, Protocol

from ..execution import tracebacks

TEXT = "text/plain"
METHODS = (  # MIME type, method, suffix of the file for what is too large
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

Bundle = Dict[str, Any]  # from MIME type to text, bytes, or what JSON has


class Look(Protocol):
    """How a notebook shows values, beside what they offer themselves."""

    def text(self, value: Any) -> str: ...

    def more(self, value: Any) -> Bundle:
        """What a program has registered for the type of the value."""


def of(value: Any, look: Optional[Look] = None) -> Bundle:
    """All that a value offers."""
    bundle: Bundle = {TEXT: text_of(value, look)}
    png = attempt(lambda: _figure(value))
    if png is not None:
        bundle["image/png"] = png
    for kind, name, _ in METHODS:
        data = _called(value, name)
        if data is not None:
            bundle[kind] = data
    own = _called(value, "_repr_mimebundle_", include=None, exclude=None)
    if isinstance(own, dict):
        bundle.update(own)
    if look is not None:
        more = look.more
        bundle.update(attempt(lambda: more(value)) or {})
    return bundle


def _called(value: Any, name: str, **arguments: Any) -> Any:
    """What the method offers, without metadata; None when there is none or it fails, which is said on standard error."""
    offered: Any = method(value, name)
    data = None if offered is None else attempt(lambda: offered(**arguments))
    return data[0] if isinstance(data, tuple) and len(data) == 2 else data


def attempt(action: Callable[[], Any]) -> Any:
    """None when it fails, which is said on standard error: a program's faulty method ends nothing else."""
    try:
        return action()
    except Exception as e:
        _complain(e)
        return None


def _complain(e: BaseException) -> None:
    try:
        tracebacks.print_error(tracebacks.format_exception(tracebacks.without_our_frames(e)))
    except Exception:
        pass  # a program that has taken even that away


def method(value: Any, name: str) -> Optional[Callable[..., Any]]:
    """Not of objects that have every attribute that one asks for, such as mocks: IPython's own test."""
    if isinstance(value, type):
        return None
    try:
        if getattr(value, "_ipython_canary_method_should_not_exist_", None) is not None:
            return None
        found = getattr(value, name, None)
    except Exception:  # of its __getattr__
        return None
    return found if callable(found) else None


def text_of(value: Any, look: Optional[Look] = None) -> str:
    text: Optional[str] = attempt(lambda: repr(value) if look is None else look.text(value))
    if text is not None:
        return text
    kind = type(value)
    return f"<{kind.__module__}.{kind.__qualname__} object>"


def _figure(value: Any) -> Optional[bytes]:
    """A figure of matplotlib has no method for it. What is shown is not saved once more at the end; figures.py.

    None also of one in which there is nothing but its background.
    """
    figures = sys.modules.get("matplotlib.figure")
    if figures is None or not isinstance(value, figures.Figure) or len(value.get_children()) <= 1:
        return None
    target = io.BytesIO()
    value.savefig(target, format="png", bbox_inches="tight")
    return target.getvalue()
