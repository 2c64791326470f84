"""Where a connection from the server comes in: its first frame says what is wanted."""

from __future__ import annotations

import socket
from typing import Callable, Set, Type, Union

from ..events import loop
from ..events.connection import Connection
from ..policy import config
from ..wire import frames
from .client_task import ClientTask
from ..pool.pool import Pool
from .run import Run
from .session import Session


class Acceptor:
    """Gives the connection to a run or to a session, which end with it."""

    def __init__(self, events: loop.Loop, pool: Pool, settings: config.Config) -> None:
        self._loop = events
        self._pool = pool
        self._settings = settings
        self._tasks: Set[ClientTask] = set()

    def receive(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        _Arrival(self._loop, connection, self._admit)

    def _admit(self, kind: bytes, payload: bytes, connected: Connection) -> None:
        """Raises frames.ProtocolError, KeyError or ValueError."""
        kind_of_task: Union[Type[Session], Type[Run]] = Session if kind == frames.SESSION else Run
        task = kind_of_task(self._loop, connected, self._pool, self._settings, self._tasks.discard)
        self._tasks.add(task)
        connected.user = task
        task.begin(payload)


class _Arrival:
    """Nothing has been said yet."""

    def __init__(
        self, events: loop.Loop, connection: socket.socket, admit: Callable[[bytes, bytes, Connection], None]
    ) -> None:
        self._admit = admit
        self._connection = Connection(events, connection, self)

    def on_frame(self, kind: bytes, payload: bytes) -> None:
        if kind not in (frames.REQUEST, frames.SESSION):
            raise frames.ProtocolError(f"a frame of kind {kind!r} at first")
        self._admit(kind, payload, self._connection)

    def takes_contents(self) -> bool:
        return False

    def on_contents(self, data: bytes) -> bytes:
        return data  # none are taken

    def on_stall(self, seconds: float) -> None:
        pass  # it holds nobody up

    def on_malformed(self, why: str) -> None:
        self._connection.put(frames.UNAVAILABLE, why.encode())
        self._connection.pour(iter(()), self._connection.close)

    def on_gone(self) -> None:
        self._connection.close()
