"""How a program of a session is stopped: it is interrupted, and killed where it does not stop soon."""

from __future__ import annotations

from typing import Callable, Dict, Optional

from . import ending
from ..events import loop
from ..policy import policy
from ..pool.slot import Slot
from ..wire import report
from .ending import Ending

LOOK_SECONDS = 0.01  # whether a program can be interrupted yet

ORDERS: Dict[bytes, Ending] = {b"interrupted": ending.INTERRUPTED, b"cancelled": ending.CANCELLED}


class Interruption:
    """Of one program, once it is ordered."""

    def __init__(self, events: loop.Loop, slot: Slot, kill: Callable[[Ending], None]) -> None:
        self.order: Optional[Ending] = None  # the first one: the reason
        self._events = events
        self._slot = slot
        self._kill = kill
        self._repeated = False
        self._patience: Optional[loop.Timer] = None
        self._again: Optional[loop.Timer] = None

    def begin(self, order: Ending) -> None:
        """Each further order interrupts once more."""
        if self.order is None:
            self.order = order
            self._await_end(order)
        self._interrupt()

    def restart(self) -> None:
        """The program begins only now, and has its whole time to stop."""
        if self.order is not None:
            self._await_end(self.order)

    def _await_end(self, order: Ending) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._patience = self._events.later(policy.INTERRUPT_SECONDS, lambda: self._kill(ending.stubborn(order)))

    def _interrupt(self) -> None:
        """Before its beginning an interrupt would be lost.

        Once more after half of the time: an interpreter that is just about to wait for something notices only then.
        """
        if not report.is_running(self._slot.report):
            self._interrupt_in(LOOK_SECONDS)
            return
        self._slot.interrupt()
        if not self._repeated:
            self._repeated = True
            self._interrupt_in(policy.INTERRUPT_SECONDS / 2)

    def _interrupt_in(self, seconds: float) -> None:
        """One timer at most: another would go on after the end, and interrupt the next program of the session."""
        if self._again is not None:
            self._again.cancel()
        self._again = self._events.later(seconds, self._interrupt)

    def end(self) -> None:
        """There is nothing to interrupt any more."""
        for timer in (self._patience, self._again):
            if timer is not None:
                timer.cancel()
