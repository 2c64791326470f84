"""The connection from the server: frames come in, frames go out, and its end is an order as well."""

from __future__ import annotations

import socket
from typing import Callable, Iterator, Protocol

from . import loop, send_queue
from ..policy import policy
from ..wire import frames

READ_BYTES = 1 << 18


class ConnectionUser(Protocol):
    """Whom a connection belongs to: calls that go up."""

    def on_frame(self, kind: bytes, payload: bytes) -> None:
        """Raises frames.ProtocolError, KeyError or ValueError at what it does not understand."""

    def takes_contents(self) -> bool:
        """Whether what comes now are contents of files, and not frames."""
        ...

    def on_contents(self, data: bytes) -> bytes:
        """What came behind the contents."""
        ...

    def on_malformed(self, why: str) -> None: ...

    def on_gone(self) -> None:
        """The server does not want it any more, or is gone."""

    def on_stall(self, seconds: float) -> None:
        """The kernel keeps one of our handlers waiting; called by another thread, loop.Loop.guarded."""


class Connection:
    """Owns the connection. Nothing waits for the server to read."""

    def __init__(self, events: loop.Loop, connection: socket.socket, user: ConnectionUser) -> None:
        self.user = user
        self._loop = events = events.guarded(lambda: self.user.on_gone(), lambda seconds: self.user.on_stall(seconds))
        self._connection = connection
        self._reader = frames.Reader(policy.MAX_REQUEST_BYTES)
        self._send_queue = send_queue.SendQueue(events, connection, self._on_readable, lambda: self.user.on_gone())
        events.watch(connection.fileno(), loop.READ, self._on_readable)

    @property
    def waiting_bytes(self) -> int:
        """What the server has not read yet."""
        return self._send_queue.waiting_bytes

    def listen(self, wanted: bool) -> None:
        """Whether what comes is taken; the server may have to wait then. Once closed, nothing comes any more."""
        if self._connection.fileno() >= 0:
            self._send_queue.listen(wanted)

    def put(self, kind: bytes, payload: bytes) -> None:
        self._send_queue.put(frames.frame(kind, payload))

    def pour(self, source: Iterator[bytes], when_taken: Callable[[], None]) -> None:
        """Sends what the source gives at the pace of the server, then calls when_taken."""
        self._send_queue.pour(source, when_taken)

    def close(self) -> None:
        self._loop.forget(self._connection.fileno())
        self._connection.close()

    def _on_readable(self, _: int) -> None:
        try:
            data = self._connection.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.user.on_gone()
            return
        if self.user.takes_contents():
            data = self.user.on_contents(data)
        if data:
            self._on_frames(data)

    def _on_frames(self, data: bytes) -> None:
        try:
            self._reader.feed(data)
            got = self._reader.next()
            while got is not None:
                self.user.on_frame(*got)
                got = self._reader.next()
        except (frames.ProtocolError, KeyError, ValueError) as e:
            self.user.on_malformed(f"malformed request: {e}")
