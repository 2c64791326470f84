"""The supervisor's event loop: one thread, descriptors and timers; and threads aside, for what may take long."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import queue
import select
import threading
import time
import traceback
from typing import Callable, Dict, List, NamedTuple, Optional, Set, Tuple, TypeVar, Union

READ = select.EPOLLIN
WRITE = select.EPOLLOUT
GONE = select.EPOLLHUP | select.EPOLLERR | select.EPOLLRDHUP

FEW_TIMERS = 64

Handler = Callable[[int], None]
Result = TypeVar("Result")


def _nothing() -> None:
    """Nobody has to be told."""


def _ignore(_: float) -> None:
    """Nobody has to be told."""


class Owner(NamedTuple):
    """Of handlers and timers: who is told when one of them raises an exception, or does not come back from the kernel."""

    on_fault: Callable[[], None]
    on_stall: Callable[[float], None]


NOBODY = Owner(_nothing, _ignore)


class Timer:
    """Rings once unless cancelled before. A cancelled one holds on to nothing."""

    def __init__(self, action: Callable[[], None], owner: Owner) -> None:
        self._action: Optional[Callable[[], None]] = action
        self.owner = owner

    def cancel(self) -> None:
        self._action = None
        self.owner = NOBODY

    def is_cancelled(self) -> bool:
        return self._action is None

    def ring(self) -> None:
        action, self._action = self._action, None
        if action is not None:
            action()


class Loop:
    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._handlers: Dict[int, Tuple[Handler, Owner]] = {}
        self._forgotten: Set[int] = set()  # in this round: their numbers may have been closed and given out again
        self._timers: List[Tuple[float, int, Timer]] = []
        self._crowded = FEW_TIMERS
        self._order = itertools.count()
        self._running = True
        self._worst_lag = 0.0
        self._aside: Optional[_Aside] = None
        self.busy: Optional[Tuple[Owner]] = None  # whose handler is being called; another object each time

    def guarded(self, on_fault: Callable[[], None], on_stall: Callable[[float], None] = _ignore) -> "Loop":
        """The same loop for one owner, who is told when one of his handlers or timers has raised an exception.

        What he had to watch over is watched no more then: he ends it, and tells whoever waits for it. `on_stall` is called by another
        thread, again and again, with the seconds for which the kernel has kept one of his handlers waiting; watchdog.py.
        """
        return _Guarded(self, Owner(on_fault, on_stall))

    def call(self, action: Callable[[], None], owner: Owner = NOBODY) -> None:
        """At once, and guarded."""
        self._guard(action, -1, owner)

    def watch(self, descriptor: int, events: int, handler: Handler, owner: Owner = NOBODY) -> None:
        if descriptor in self._handlers:
            self._epoll.modify(descriptor, events)
        else:
            self._epoll.register(descriptor, events)
        self._handlers[descriptor] = handler, owner

    def forget(self, descriptor: int) -> None:
        """Before closing it. Forgetting what is not watched does nothing. What has happened to it already is not told."""
        if self._handlers.pop(descriptor, None) is not None:
            self._epoll.unregister(descriptor)
            self._forgotten.add(descriptor)

    def later(self, seconds: float, action: Callable[[], None], owner: Owner = NOBODY) -> Timer:
        timer = Timer(action, owner)
        if len(self._timers) >= self._crowded:
            self._sweep()
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._order), timer))
        return timer

    def _sweep(self) -> None:
        """Most timers are cancelled long before their time."""
        self._timers = [entry for entry in self._timers if not entry[2].is_cancelled()]
        heapq.heapify(self._timers)
        self._crowded = max(FEW_TIMERS, 2 * len(self._timers))

    def aside(
        self,
        work: Callable[[], Result],
        then: Callable[[Union[Result, Exception]], None],
        owner: Owner = NOBODY,
    ) -> None:
        """Work that may take long, in a thread of its own; `then` gets its result, or what it raised, in this one.

        Raises RuntimeError when there can be no thread.
        """
        if self._aside is None:
            self._aside = _Aside(self)
        self._aside.begin(work, lambda result: self.call(lambda: then(result), owner))

    def stop(self) -> None:
        self._running = False

    def run(self) -> None:
        while self._running:
            self._forgotten.clear()
            happened = self._epoll.poll(self._patience())
            woke = time.monotonic()
            for descriptor, events in happened:
                found = self._handlers.get(descriptor)
                if found is not None and descriptor not in self._forgotten:
                    handler, owner = found
                    self._guard(lambda: handler(events), descriptor, owner)
            self._ring()
            self._worst_lag = max(self._worst_lag, time.monotonic() - woke)

    def take_worst_lag(self) -> float:
        """Seconds of the longest round since the last call: so long everything else had to wait."""
        worst, self._worst_lag = self._worst_lag, 0.0
        return worst

    def _guard(self, action: Callable[[], None], descriptor: int, owner: Owner) -> None:
        """A fault in the handling of one run must not take the others along, and must not leave that run unwatched."""
        outer, self.busy = self.busy, (owner,)
        try:
            action()
        except Exception:
            traceback.print_exc()
            if descriptor >= 0:
                self.forget(descriptor)
            try:
                owner.on_fault()
            except Exception:
                traceback.print_exc()
        finally:
            self.busy = outer

    def _patience(self) -> float:
        while self._timers and self._timers[0][2].is_cancelled():
            heapq.heappop(self._timers)
        if not self._timers:
            return -1
        return max(0.0, self._timers[0][0] - time.monotonic())

    def _ring(self) -> None:
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            timer = heapq.heappop(self._timers)[2]
            self._guard(timer.ring, -1, timer.owner)


class _Guarded(Loop):
    """What belongs to one owner."""

    def __init__(self, events: Loop, owner: Owner) -> None:
        self._all = events
        self._owner = owner

    def guarded(self, on_fault: Callable[[], None], on_stall: Callable[[float], None] = _ignore) -> Loop:
        return _Guarded(self._all, Owner(on_fault, on_stall))

    def call(self, action: Callable[[], None], owner: Owner = NOBODY) -> None:
        self._all.call(action, self._owner)

    def watch(self, descriptor: int, events: int, handler: Handler, owner: Owner = NOBODY) -> None:
        self._all.watch(descriptor, events, handler, self._owner)

    def forget(self, descriptor: int) -> None:
        self._all.forget(descriptor)

    def later(self, seconds: float, action: Callable[[], None], owner: Owner = NOBODY) -> Timer:
        return self._all.later(seconds, action, self._owner)

    def aside(
        self,
        work: Callable[[], Result],
        then: Callable[[Union[Result, Exception]], None],
        owner: Owner = NOBODY,
    ) -> None:
        self._all.aside(work, then, self._owner)

    def stop(self) -> None:
        self._all.stop()


class _Aside:
    """Threads beside the loop. What they have done comes back through a queue, and a pipe that wakes the loop."""

    def __init__(self, events: Loop) -> None:
        self._done: "queue.SimpleQueue[Callable[[], None]]" = queue.SimpleQueue()
        self._bell, self._rope = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        events.watch(self._bell, READ, self._on_bell)

    def begin(self, work: Callable[[], Result], then: Callable[[Union[Result, Exception]], None]) -> None:
        threading.Thread(target=self._work, args=(work, then), daemon=True).start()

    def _work(self, work: Callable[[], Result], then: Callable[[Union[Result, Exception]], None]) -> None:
        result: Union[Result, Exception]
        try:
            result = work()
        except Exception as e:
            result = e
        self._done.put(lambda: then(result))
        with contextlib.suppress(BlockingIOError):  # full: it rings already
            os.write(self._rope, b"x")

    def _on_bell(self, _: int) -> None:
        os.read(self._bell, 4096)
        with contextlib.suppress(queue.Empty):
            while True:
                self._done.get_nowait()()
