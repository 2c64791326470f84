"""The supervisor's event loop: one thread, descriptors and timers."""

from __future__ import annotations

import heapq
import itertools
import select
import time
import traceback
from typing import Callable, Dict, List, Optional, Set, Tuple

READ = select.EPOLLIN
WRITE = select.EPOLLOUT
GONE = select.EPOLLHUP | select.EPOLLERR | select.EPOLLRDHUP

FEW_TIMERS = 64

Handler = Callable[[int], None]


class Timer:
    """Rings once unless cancelled before. A cancelled one holds on to nothing."""

    def __init__(self, action: Callable[[], None]) -> None:
        self._action: Optional[Callable[[], None]] = action

    def cancel(self) -> None:
        self._action = None

    def is_cancelled(self) -> bool:
        return self._action is None

    def ring(self) -> None:
        action, self._action = self._action, None
        if action is not None:
            action()


class Loop:
    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._handlers: Dict[int, Handler] = {}
        self._forgotten: Set[int] = set()  # in this round: their numbers may have been closed and given out again
        self._timers: List[Tuple[float, int, Timer]] = []
        self._crowded = FEW_TIMERS
        self._order = itertools.count()
        self._running = True

    def watch(self, descriptor: int, events: int, handler: Handler) -> None:
        if descriptor in self._handlers:
            self._epoll.modify(descriptor, events)
        else:
            self._epoll.register(descriptor, events)
        self._handlers[descriptor] = handler

    def forget(self, descriptor: int) -> None:
        """Before closing it. Forgetting what is not watched does nothing. What has happened to it already is not told."""
        if self._handlers.pop(descriptor, None) is not None:
            self._epoll.unregister(descriptor)
            self._forgotten.add(descriptor)

    def later(self, seconds: float, action: Callable[[], None]) -> Timer:
        timer = Timer(action)
        if len(self._timers) >= self._crowded:
            self._sweep()
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._order), timer))
        return timer

    def _sweep(self) -> None:
        """Most timers are cancelled long before their time."""
        self._timers = [entry for entry in self._timers if not entry[2].is_cancelled()]
        heapq.heapify(self._timers)
        self._crowded = max(FEW_TIMERS, 2 * len(self._timers))

    def stop(self) -> None:
        self._running = False

    def run(self) -> None:
        while self._running:
            self._forgotten.clear()
            for descriptor, events in self._epoll.poll(self._patience()):
                handler = self._handlers.get(descriptor)
                if handler is not None and descriptor not in self._forgotten:
                    self._guarded(lambda: handler(events), descriptor)
            self._ring()

    def _guarded(self, action: Callable[[], None], descriptor: int) -> None:
        """A fault in the handling of one run must not take the others along."""
        try:
            action()
        except Exception:
            traceback.print_exc()
            if descriptor >= 0:
                self.forget(descriptor)

    def _patience(self) -> float:
        while self._timers and self._timers[0][2].is_cancelled():
            heapq.heappop(self._timers)
        if not self._timers:
            return -1
        return max(0.0, self._timers[0][0] - time.monotonic())

    def _ring(self) -> None:
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            self._guarded(heapq.heappop(self._timers)[2].ring, -1)
