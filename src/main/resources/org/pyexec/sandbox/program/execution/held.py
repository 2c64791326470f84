"""What programs of a session have put in the place of built-in functions and of handlers, held while code of ours runs."""

from __future__ import annotations

import _signal
import builtins
import signal
from typing import Dict, List

from . import handlers

# Bound before any program runs, which may replace what these modules have.
_set_handler, _raise = _signal.signal, signal.raise_signal
_mask, _UNBLOCK, _INTERRUPT = _signal.pthread_sigmask, _signal.SIG_UNBLOCK, (handlers.INTERRUPT,)


class Builtins:
    """What programs have put in the place of built-in functions is there for programs only: ours rely on libraries too."""

    def __init__(self) -> None:
        self._original = dict(builtins.__dict__)
        self._now = builtins.__dict__
        self._replaced: Dict[str, object] = {}
        self._missing: List[str] = []

    def hold(self) -> None:
        for name, value in self._original.items():
            if name not in self._now:
                self._missing.append(name)
                self._now[name] = value
            elif self._now[name] is not value:
                self._replaced[name] = self._now[name]
                self._now[name] = value

    def release(self) -> None:
        self._now.update(self._replaced)
        for name in self._missing:
            self._now.pop(name, None)
        self._replaced.clear()
        self._missing.clear()


class Signals(handlers.Handlers):
    """Of a session, whose programs are interrupted by KeyboardInterrupt."""

    def __init__(self) -> None:
        super().__init__()
        self._interrupted = signal.default_int_handler

    def hold(self) -> None:
        """An interrupt is held also where the program lets it end the process."""
        super().hold()
        _set_handler(handlers.INTERRUPT, self.note)

    def release(self) -> List[int]:
        """A last step before the program. An interrupt is KeyboardInterrupt again, whatever the program before did."""
        arrived = super().release()
        _set_handler(handlers.INTERRUPT, self._interrupted)
        _mask(_UNBLOCK, _INTERRUPT)
        for number in arrived:
            if number != handlers.INTERRUPT:
                _raise(number)
        return []
