"""Magics that keep what a cell writes and shows, or show what it has in another language."""

from __future__ import annotations

import io
import sys
from typing import Any, Callable, Dict, List

from ..display import display, mime_bundle


class Captured:
    """What %%capture keeps."""

    def __init__(self) -> None:
        self._stdout, self._stderr, self.outputs = io.StringIO(), io.StringIO(), _Kept()

    @property
    def stdout(self) -> str:
        return self._stdout.getvalue()

    @property
    def stderr(self) -> str:
        return self._stderr.getvalue()

    def __str__(self) -> str:
        return self.stdout

    def show(self) -> None:
        sys.stdout.write(self.stdout)
        sys.stderr.write(self.stderr)
        for value, options in self.outputs:
            display.target().display(value, **options)

    __call__ = show


class _Kept(List[Any]):
    def display(self, *objects: Any, **options: Any) -> None:
        self.extend((each, options) for each in objects)

    def update(self, value: Any, display_id: str, raw: bool = False) -> None:
        self.append((value, {"raw": raw}))

    def clear(self, wait: bool = False) -> None:
        del self[:]


class capture_output:
    """IPython.utils.capture.capture_output, for `with`."""

    def __init__(self, stdout: bool = True, stderr: bool = True, display: bool = True) -> None:
        self._wanted = stdout, stderr, display

    def __enter__(self) -> Captured:
        captured = Captured()
        self._before = sys.stdout, sys.stderr, display.target()
        stdout, stderr, displays = self._wanted
        sys.stdout = captured._stdout if stdout else sys.stdout
        sys.stderr = captured._stderr if stderr else sys.stderr
        if displays:
            outputs: Any = captured.outputs  # as displays are, where cells are concerned
            display.show_on(outputs)
        return captured

    def __exit__(self, *_: Any) -> None:
        sys.stdout, sys.stderr, target = self._before
        display.show_on(target)


def _capture(shell: Any, line: str, frame: Any, body: str) -> None:
    words = line.split()
    names = [word for word in words if not word.startswith("-")]
    with capture_output("--no-stdout" not in words, "--no-stderr" not in words, "--no-display" not in words) as captured:
        if names:
            shell.user_ns[names[0]] = captured
        value = shell.run_body(body)
        if value is not None:
            display.target().display(value)


def _shown(mime: str, name: str) -> Callable[..., None]:
    """As an object of that class in IPython.display would be."""

    def magic(shell: Any, line: str, frame: Any, body: str) -> None:
        display.target().display({mime_bundle.TEXT: f"<IPython.core.display.{name} object>", mime: body}, raw=True)

    return magic


CELL: Dict[str, Callable[..., Any]] = {
    "capture": _capture,
    **dict.fromkeys(("html", "HTML"), _shown("text/html", "HTML")),
    **dict.fromkeys(("svg", "SVG"), _shown("image/svg+xml", "SVG")),
    **dict.fromkeys(("javascript", "js"), _shown("application/javascript", "Javascript")),
    "markdown": _shown("text/markdown", "Markdown"),
    "latex": _shown("text/latex", "Latex"),
}
