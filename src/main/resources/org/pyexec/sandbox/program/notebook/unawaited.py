"""Warnings of coroutines that nobody awaited, without places of ours: some are dropped while our own code runs.

The interpreter calls `warnings._warn_unawaited_coroutine` for them (PyErr_WarnUnawaitedCoroutine in _warnings.c), whose warning
is about the frame that dropped the last reference.
"""

from __future__ import annotations

import sys
import types
import warnings
from typing import Any

from ...policy import policy

_NAME = "_warn_unawaited_coroutine"


def name_places_of_programs() -> None:
    """From here on: the innermost frame that is not ours, and `sys` where there is none, as in the interpreter itself."""
    original = getattr(warnings, _NAME, None)
    if isinstance(original, types.FunctionType):
        setattr(warnings, _NAME, types.FunctionType(original.__code__, {**vars(warnings), "warn": _warn}, _NAME))


def _warn(message: str, category: Any = None, stacklevel: int = 1, source: Any = None) -> None:
    """Called by the function of `warnings`, which is called where the coroutine was dropped."""
    frame = sys._getframe(1).f_back
    while frame is not None and frame.f_code.co_filename.startswith(policy.SHOWN_FOLDER):
        stacklevel += 1
        frame = frame.f_back
    warnings.warn(message, category, stacklevel=stacklevel + 1, source=source)
