"""Writes to a program's standard input as it reads, and closes it then."""

from __future__ import annotations

import os
import socket

from ..events import loop
from ..pool import pipes
from ..pool.slot import Slot
from ..wire import frames


class StdinWriter:
    """A program need not read: what it has not taken is dropped when the slot closes."""

    def __init__(self, events: loop.Loop, slot: Slot, data: bytes) -> None:
        self._loop = events
        self._slot = slot
        self._rest = memoryview(data)
        self._on_writable(0)

    def _on_writable(self, _: int) -> None:
        if self._slot.stdin < 0:
            return
        try:
            while self._rest:
                self._rest = self._rest[os.write(self._slot.stdin, self._rest) :]
        except BlockingIOError:
            self._loop.watch(self._slot.stdin, loop.WRITE, self._on_writable)
            return
        except OSError:
            pass  # the program has closed it
        self._slot.close_stdin()


def hand_pipe(to: Slot) -> None:
    """To the interpreter of a session: a pipe of its own for each program, with an end of its own."""
    assert to.control is not None
    to.close_stdin()
    theirs, to.stdin = pipes.stream()
    os.set_blocking(to.stdin, False)
    try:
        socket.send_fds(to.control, [frames.frame(frames.STDIN, b"")], [theirs])
    except OSError:
        pass  # the interpreter has gone, which is told elsewhere
    finally:
        os.close(theirs)
