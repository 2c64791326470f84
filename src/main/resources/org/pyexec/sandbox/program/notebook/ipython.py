"""The modules of IPython that programs import, made when they are, and only where the real ones are not installed.

The finder is asked last. What is in the modules is small: display objects, get_ipython(), magics of one's own, pretty().
"""

from __future__ import annotations

import importlib
import importlib.machinery
import sys
from types import ModuleType
from typing import Any, Callable, Dict, Optional, Sequence

from . import captured, ipython_display, pretty, printer, shell, speech

_PACKAGES = ("IPython", "IPython.core", "IPython.lib", "IPython.terminal", "IPython.utils")
_VERSION = (8, 0, 0)


def get_ipython() -> Any:
    """The shell of the session; None in a plain program."""
    return shell.InteractiveShell.instance()


def offer() -> None:
    """To programs, from here on."""
    sys.meta_path.append(_Finder())


class _Finder:
    """importlib's protocol."""

    def find_spec(
        self, name: str, path: Optional[Sequence[str]] = None, target: Optional[ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        if name not in _CONTENTS or (name != "IPython" and not _is_ours()):
            return None
        loader: Any = _LOADER
        return importlib.machinery.ModuleSpec(name, loader, origin="built-in", is_package=name in _PACKAGES)


def _is_ours() -> bool:
    spec = getattr(sys.modules.get("IPython"), "__spec__", None)
    return getattr(spec, "loader", None) is _LOADER


class _Loader:
    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ in _PACKAGES:
            module.__dict__["__getattr__"] = _member_of(module.__name__)
        module.__dict__.update(_CONTENTS[module.__name__]())
        module.__doc__ = "A part of IPython's interface, for programs that expect it. IPython itself is not installed."


_LOADER = _Loader()


def _member_of(package: str) -> Callable[[str], Any]:
    """Modules of a package are there without being imported, as where IPython itself has imported them all; PEP 562."""

    def member(name: str) -> Any:
        full = f"{package}.{name}"
        if full not in _CONTENTS:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        return importlib.import_module(full)

    return member


def _all() -> Dict[str, Any]:
    """Of IPython itself."""
    return {
        "__version__": ".".join(map(str, _VERSION)),
        "version_info": (*_VERSION, ""),
        "get_ipython": get_ipython,
        "InteractiveShell": shell.InteractiveShell,
    }


def _printing() -> Dict[str, Any]:
    def text(obj: Any, *_: Any, **__: Any) -> str:
        return pretty.pretty(obj)

    def pprint(obj: Any, *_: Any, **__: Any) -> None:
        print(pretty.pretty(obj))

    text.__name__ = "pretty"
    return {"pretty": text, "pprint": pprint, "PrettyPrinter": printer.Printer}


def _magic() -> Dict[str, Any]:
    """Decorators for magics of one's own."""

    def unchanged(given: Any) -> Any:
        return given

    class Magics:
        def __init__(self, shell: Any = None, **_: Any) -> None:
            self.shell = shell

    names = {"magics_class": unchanged, "needs_local_scope": unchanged, "no_var_expand": unchanged, "Magics": Magics}
    for kind in ("line", "cell", "line_cell"):
        names[f"register_{kind}_magic"] = _registering(kind)
        names[f"{kind}_magic"] = _marking(kind)
    return names


def _registering(kind: str) -> Callable[..., Any]:
    def register(given: Any) -> Any:
        def decorate(function: Any) -> Any:
            current = get_ipython()
            if current is not None:
                current.register_magic_function(function, kind, given if isinstance(given, str) else None)
            return function

        return decorate if isinstance(given, str) else decorate(given)

    return register


def _marking(kind: str) -> Callable[..., Any]:
    def mark(given: Any) -> Any:
        def decorate(function: Any) -> Any:
            function._magic = (kind, given if isinstance(given, str) else function.__name__)
            return function

        return decorate if isinstance(given, str) else decorate(given)

    return mark


def _capture() -> Dict[str, Any]:
    return {"capture_output": captured.capture_output, "CapturedIO": captured.Captured}


def _figures() -> Dict[str, Any]:
    """matplotlib asks for it."""
    return {"backend2gui": {}, "backends": {}}


class _TerminalShell(shell.InteractiveShell):
    """That of a terminal, by which libraries tell one from a notebook: there is none."""


_TerminalShell.__name__ = _TerminalShell.__qualname__ = "TerminalInteractiveShell"
_TerminalShell.__module__ = "IPython.terminal.interactiveshell"


def _terminal() -> Dict[str, Any]:
    return {"TerminalInteractiveShell": _TerminalShell, "InteractiveShell": shell.InteractiveShell}


def _latex() -> Dict[str, Any]:
    """sympy offers pictures of formulas beside their LaTeX, which every reader of an answer can show itself."""

    def latex_to_png(*_: Any, **__: Any) -> None:
        return None

    return {"latex_to_png": latex_to_png}


def _nothing() -> Dict[str, Any]:
    return {}


_CONTENTS: Dict[str, Callable[[], Dict[str, Any]]] = {
    "IPython": _all,
    "IPython.display": ipython_display.contents,
    "IPython.core": _nothing,
    "IPython.core.display": ipython_display.contents,
    "IPython.core.display_functions": ipython_display.contents,
    "IPython.core.interactiveshell": lambda: {"InteractiveShell": shell.InteractiveShell},
    "IPython.core.getipython": lambda: {"get_ipython": get_ipython},
    "IPython.core.magic": _magic,
    "IPython.core.pylabtools": _figures,
    "IPython.core.error": lambda: {"UsageError": speech.UsageError},
    "IPython.lib": _nothing,
    "IPython.lib.display": ipython_display.contents,
    "IPython.lib.latextools": _latex,
    "IPython.lib.pretty": _printing,
    "IPython.terminal": _nothing,
    "IPython.terminal.interactiveshell": _terminal,
    "IPython.utils": _nothing,
    "IPython.utils.capture": _capture,
    "IPython.utils.io": _capture,
}
