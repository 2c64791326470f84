"""Handlers of signals that programs have set are called while programs run, and at no other time.

What comes meanwhile waits.
"""

from __future__ import annotations

import _signal
import signal
from functools import partial
from typing import Any, Callable, Dict, List, Tuple

Change = Callable[[], object]

INTERRUPT = int(signal.SIGINT)
_NUMBERS = [int(number) for number in signal.valid_signals() if number not in (signal.SIGKILL, signal.SIGSTOP)]

# Bound before any program runs, which may replace what these modules have.
_set_handler, _handler_of = _signal.signal, _signal.getsignal


class Handlers:
    """Those of one process. For its main thread only."""

    def __init__(self) -> None:
        self._held: Dict[int, Callable[..., Any]] = {}
        self._before: Dict[int, Callable[..., Any]] = {}  # that were held until they were exchanged
        self._arrived: List[int] = []

    def hold(self) -> None:
        """May be called again."""
        note = self.note
        for number, handler in zip(_NUMBERS, map(_handler_of, _NUMBERS)):
            if handler.__class__ is int:
                continue  # none of Python's: SIG_DFL or SIG_IGN
            if callable(handler) and handler != note:
                _set_handler(number, note)
                self._held[number] = handler
            elif handler == note and number in self._before:  # taken away by what exchange() has given
                self._held.setdefault(number, self._before[number])

    def release(self) -> List[int]:
        """The signals that have come meanwhile, for the caller to raise."""
        for put_back, _ in self.exchange():
            put_back()
        return self.arrived()

    def exchange(self) -> List[Tuple[Change, Change]]:
        """For each that is held, what puts it back, and what takes it away again: functions in C. None is held any more."""
        held, self._held = self._held, {}
        self._before = held
        note = self.note
        change = partial(partial, _set_handler)
        return [(change(number, handler), change(number, note)) for number, handler in held.items()]

    def arrived(self) -> List[int]:
        """Signals that have come while they were held."""
        arrived, self._arrived = self._arrived, []
        return arrived

    def note(self, number: int, _: object) -> None:
        """A handler."""
        if number not in self._arrived:
            self._arrived.append(number)
