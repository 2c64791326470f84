"""Hands the contents of input files on to the child, at its pace, and remembers what they were."""

from __future__ import annotations

import hashlib
import socket
from typing import Callable, Dict, Iterable, Iterator

from . import collect
from ..events import loop, send_queue
from ..wire import request


class InputRelay:
    """Everything that the child reads goes through here. Nothing is kept but what the socket does not take yet.

    `pause` stops the contents from coming, `go_on` lets them come again, `on_done` is called when all have come. A child
    that ended before gets nothing more: how it ended is told elsewhere.
    """

    def __init__(
        self,
        events: loop.Loop,
        target: socket.socket,
        inputs: Iterable[request.Input],
        pause: Callable[[], None],
        go_on: Callable[[], None],
        on_done: Callable[[], None],
    ) -> None:
        self.originals: Dict[bytes, collect.Original] = {}
        self.is_done = False
        self._pause = pause
        self._go_on = go_on
        self._on_done = on_done
        self._child_ended = False
        self._send_queue = send_queue.SendQueue(events, target, None, self._on_child_ended)
        self._coming: Iterator[request.Input] = iter(inputs)
        self._next()

    def start(self, frame: bytes) -> None:
        """The request itself."""
        self._hand_on(frame)

    def feed(self, data: bytes) -> bytes:
        """The next bytes of the contents; returns what is behind their end."""
        rest = memoryview(data)
        while rest and self._current is not None:
            part, rest = rest[: self._left], rest[self._left :]
            self._digest.update(part)
            self._left -= len(part)
            if not self._left:
                self._remember()
        if len(rest) < len(data):
            self._hand_on(data[: len(data) - len(rest)])
        return bytes(rest)

    def _next(self) -> None:
        self._current = next(self._coming, None)
        self._digest = hashlib.sha256()
        self._left = 0 if self._current is None else self._current.size
        if self._current is not None and not self._left:
            self._remember()

    def _remember(self) -> None:
        assert self._current is not None
        self.originals[self._current.name] = collect.Original(self._current.size, self._digest.digest())
        self._next()

    def _hand_on(self, data: bytes) -> None:
        if not self._child_ended:
            self._send_queue.put(data)
        if self._child_ended or self._send_queue.is_empty:
            self._on_taken()
        else:
            self._pause()
            self._send_queue.pour(iter(()), self._on_drained)

    def _on_drained(self) -> None:
        self._go_on()
        self._on_taken()

    def _on_taken(self) -> None:
        if self._current is None and not self.is_done:
            self.is_done = True
            self._on_done()

    def _on_child_ended(self) -> None:
        self._child_ended = True
        self._go_on()
