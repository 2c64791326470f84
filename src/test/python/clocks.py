"""Time that stands still until a test lets it pass."""

from __future__ import annotations

from typing import Callable, List, Tuple


class Timer:
    def __init__(self, due: float, action: Callable[[], None]) -> None:
        self.due = due
        self._action = action
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True

    def ring(self) -> None:
        if not self.is_cancelled:
            self.is_cancelled = True
            self._action()


class Clock:
    """A loop with timers only; its descriptors are never ready."""

    def __init__(self) -> None:
        self.now = 0.0
        self._timers: List[Timer] = []

    def later(self, seconds: float, action: Callable[[], None]) -> Timer:
        self._timers.append(Timer(self.now + seconds, action))
        return self._timers[-1]

    def call(self, action: Callable[[], None]) -> None:
        action()

    def watch(self, descriptor: int, events: int, handler: Callable[[int], None]) -> None:
        pass

    def forget(self, descriptor: int) -> None:
        pass

    def pass_by(self, seconds: float) -> None:
        until = self.now + seconds
        while True:
            timers: List[Tuple[float, int]] = [(t.due, i) for i, t in enumerate(self._timers) if not t.is_cancelled]
            if not timers or min(timers)[0] > until:
                break
            timer = self._timers.pop(min(timers)[1])
            self.now = timer.due
            timer.ring()
        self.now = until
