"""What programs have set with sys.settrace() and sys.setprofile(), which is kept while code of ours runs; bottom.py."""

from __future__ import annotations

import functools
import sys
from operator import methodcaller
from types import MethodType
from typing import Any, Callable, Iterable, List, Tuple

Step = Iterable[Any]  # a key and a value for dict()

_call = methodcaller("__call__")
# Bound before any program runs, which may replace what sys has.
_trace, _trace_of, _profile, _profile_of = sys.settrace, sys.gettrace, sys.setprofile, sys.getprofile


class Watchers:
    """What the program has set to trace and to profile its main thread. It is kept here while code of ours runs."""

    def __init__(self) -> None:
        self._kept: List[Any] = [None, None]

    def leaving(self) -> Tuple[Callable[[], object], ...]:
        """Functions in C with which they leave."""
        keep = functools.partial(self._kept.extend, map(_call, (_trace_of, _profile_of)))
        return keep, functools.partial(_trace, None), functools.partial(_profile, None)

    def leave(self) -> None:
        """From code of ours, where a program has been called by that for once."""
        found = _trace_of(), _profile_of()
        if found != (None, None):
            _trace(None)
            _profile(None)
            self._kept.extend(found)

    def step(self, is_watched: bool) -> Step:
        """With the next call they are back, or stay away."""
        trace, profile = self._found()
        calls: List[Callable[[], object]] = []
        if is_watched:
            self._kept.clear()
            if callable(trace):
                calls.append(functools.partial(_trace, trace))
            if callable(profile):
                calls.append(functools.partial(_profile, profile))
            elif _is_profiler(profile):
                calls.append(functools.partial(sys.modules["_lsprof"].Profiler.enable, profile))
        return map(_call, (int, functools.partial(tuple, map(_call, calls)))) if calls else (0, None)

    def end_debugger(self) -> None:
        """It reads the standard input of one program, which has ended, and would stop in the next one without an answer."""
        trace, profile = self._found()
        if _is_debugger(trace):
            self._kept[:] = None, profile

    def _found(self) -> List[Any]:
        """What was there at last, and before calls that were not watched."""
        watchers = [None, None]
        for index, watcher in enumerate(self._kept):
            watchers[index % 2] = watcher if watcher is not None else watchers[index % 2]
        self._kept[:] = watchers
        return watchers


def _is_debugger(trace: object) -> bool:
    """Of the standard library, or derived from that."""
    kind = getattr(sys.modules.get("bdb"), "Bdb", None)
    return isinstance(kind, type) and isinstance(trace, MethodType) and isinstance(trace.__self__, kind)


def _is_profiler(profile: object) -> bool:
    """Of the standard library, which sys.setprofile() does not take back. From 3.12 on it watches in another way."""
    kind = getattr(sys.modules.get("_lsprof"), "Profiler", None)
    return isinstance(kind, type) and isinstance(profile, kind)


WATCHERS = Watchers()
