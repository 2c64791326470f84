"""Writes to a socket without ever waiting for its reader."""

from __future__ import annotations

import socket
import time
from collections import deque
from typing import Callable, Deque, Iterator, Optional

from . import loop


TURN_SECONDS = 0.02  # after which others come first


class SendQueue:
    """Keeps what the socket does not take yet. `on_error` is called once when the other side is gone."""

    def __init__(
        self,
        events: loop.Loop,
        target: socket.socket,
        idle_handler: Optional[loop.Handler],
        on_error: Callable[[], None],
    ) -> None:
        self._loop = events
        self._socket = target
        self._idle_handler = idle_handler  # what reading needs while nothing is to be written
        self._on_error = on_error
        self._waiting: Deque[memoryview] = deque()
        self.waiting_bytes = 0
        self._source: Optional[Iterator[bytes]] = None
        self._when_empty: Optional[Callable[[], None]] = None
        self._broken = False
        self._listening = True

    @property
    def is_empty(self) -> bool:
        return not self._waiting

    def listen(self, wanted: bool) -> None:
        """Whether the idle handler is called for what comes; the other side may have to wait then."""
        if wanted == self._listening or self._broken:
            return
        self._listening = wanted
        if self._waiting:
            self._loop.watch(self._socket.fileno(), self._events() | loop.WRITE, self._on_event)
        else:
            self._rest()

    def put(self, data: bytes) -> None:
        self._append(data)
        self._flush()

    def _append(self, data: bytes) -> None:
        self._waiting.append(memoryview(data))
        self.waiting_bytes += len(data)

    def pour(self, source: Iterator[bytes], when_empty: Callable[[], None]) -> None:
        """Takes from the source at the pace of the reader, then calls when_empty. An empty piece is a pause of the source."""
        self._source = source
        self._when_empty = when_empty
        self._flush()

    def _flush(self) -> None:
        if self._broken:
            return
        turn_ends = time.monotonic() + TURN_SECONDS
        try:
            while self._refill():
                if self._waiting:
                    self._send()
                if time.monotonic() > turn_ends:
                    self._go_on_later()
                    return
        except BlockingIOError:
            self._go_on_later()
            return
        except OSError:
            self._broken = True
            self._on_error()
            return
        self._rest()
        self._finish()

    def _send(self) -> None:
        sent = self._socket.send(self._waiting[0])
        self.waiting_bytes -= sent
        if sent == len(self._waiting[0]):
            self._waiting.popleft()
        else:
            self._waiting[0] = self._waiting[0][sent:]

    def _go_on_later(self) -> None:
        """When the socket takes more, after what has happened to others meanwhile."""
        self._loop.watch(self._socket.fileno(), self._events() | loop.WRITE, self._on_event)

    def _refill(self) -> bool:
        """Whether there is more to send, or the source has to be asked again."""
        if not self._waiting and self._source is not None:
            data = next(self._source, None)
            if data is None:
                self._source = None
            elif data:
                self._append(data)
        return bool(self._waiting) or self._source is not None

    def _finish(self) -> None:
        if self._when_empty is not None and self._source is None:
            done, self._when_empty = self._when_empty, None
            done()

    def _events(self) -> int:
        return loop.READ if self._idle_handler and self._listening else 0

    def _rest(self) -> None:
        if self._idle_handler:
            self._loop.watch(self._socket.fileno(), self._events(), self._idle_handler)
        else:
            self._loop.forget(self._socket.fileno())

    def _on_event(self, events: int) -> None:
        """Sends first: with its last byte gone, something may be over that the other side follows up already."""
        self._flush()
        is_open = not self._broken and self._socket.fileno() >= 0
        if events & loop.READ and self._idle_handler and self._listening and is_open:
            self._idle_handler(events)
