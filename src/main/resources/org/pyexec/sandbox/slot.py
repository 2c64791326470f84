"""A slot: one single-use sandbox, from the making of its cell to the last of its processes.

Who owns what: the supervisor's ends of everything belong to the slot and are closed in `_close`; the program's ends are
closed here as soon as they have been sent to the zygote.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import Callable, List, Optional

from . import loop, report

MESSAGE_BYTES = 4096


class Slot:
    """States, in order: making, parking, parked, running, ending, gone."""

    def __init__(self, number: int, events: loop.Loop, image: "ImageDoor") -> None:
        self.number = number
        self.state = "making"
        self.pidfd = -1  # of the cell's init: killing it kills all, and it becomes readable when all are dead
        self.work = -1  # handle of the work folder
        self.stdout = -1
        self.stderr = -1
        self.report = -1
        self.dead = False  # every process of it
        self.held = False  # by a run that still reads from it
        self.control: Optional[socket.socket] = None
        self.exit: Optional[List[int]] = None  # status, microseconds, bytes: the zygote's word
        self.on_exit: Callable[[], None] = lambda: None
        self.on_dead: Callable[[], None] = lambda: None
        self._loop = events
        self._image = image
        self._channel: Optional[socket.socket] = None

    # --- making ------------------------------------------------------------------------------------------------

    def make(self) -> None:
        """Asks the warden for a cell."""
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._image.ask_for_cell(theirs.fileno())
        self._loop.watch(self._channel.fileno(), loop.READ, self._on_cell)

    def _on_cell(self, _: int) -> None:
        assert self._channel is not None
        message, descriptors, _, _ = socket.recv_fds(self._channel, MESSAGE_BYTES, 4)
        self._drop_channel()
        if message != b"cell":
            self._fail(message.decode("utf-8", "replace") or "the warden could not make a cell")
            return
        self.pidfd, self.work = descriptors
        self._loop.watch(self.pidfd, loop.READ, self._on_all_dead)
        self._park()

    def _drop_channel(self) -> None:
        if self._channel is not None:
            self._loop.forget(self._channel.fileno())
            self._channel.close()
            self._channel = None

    def _park(self) -> None:
        """Sends the program's ends of everything to the zygote, and keeps ours."""
        self.state = "parking"
        self.control, control = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.control.setblocking(False)
        stdin, empty = os.pipe2(os.O_CLOEXEC)
        os.close(empty)
        self.stdout, stdout = os.pipe2(os.O_CLOEXEC)
        self.stderr, stderr = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self.stdout, False)
        os.set_blocking(self.stderr, False)
        self.report = report.create()
        with control:
            self._image.ask_to_park(
                self.number, [self.pidfd, control.fileno(), stdin, stdout, stderr, self.report]
            )
        for descriptor in (stdin, stdout, stderr):
            os.close(descriptor)
        self._loop.watch(self.control.fileno(), loop.READ, self._on_parked)

    def _on_parked(self, _: int) -> None:
        assert self.control is not None
        self._loop.forget(self.control.fileno())
        try:
            message = self.control.recv(MESSAGE_BYTES)
        except BlockingIOError:
            message = b""
        if message != b"parked":
            self._fail(message.decode("utf-8", "replace") or "a child ended while parking")
            return
        self.state = "parked"
        self._image.parked(self)

    def _fail(self, why: str) -> None:
        print(f"log\tslot {self.number}: {why}", file=sys.stdout, flush=True)
        self.state = "ending"
        self._image.failed(self, why)
        self.kill()

    # --- ending ------------------------------------------------------------------------------------------------

    def kill(self) -> None:
        """Ends every process of the run; on_dead follows when the last one is gone."""
        if self.state == "gone":
            return
        if self.pidfd < 0:
            self._close()
            return
        try:
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def exited(self, status: int, cpu_microseconds: int, peak_bytes: int) -> None:
        """The zygote has seen the end of the program's process."""
        self.exit = [status, cpu_microseconds, peak_bytes]
        if self.state in ("making", "parking", "parked"):
            self._fail("a parked child ended")
        else:
            self.on_exit()

    def _on_all_dead(self, _: int) -> None:
        self._loop.forget(self.pidfd)
        if self.state in ("parking", "parked"):
            self.state = "ending"
            self._image.failed(self, "a cell ended")
        self.dead = True
        self.on_dead()
        if not self.held:
            self._close()

    def release(self) -> None:
        """The run needs nothing of it any more."""
        self.held = False
        if self.dead:
            self._close()
        else:
            self.kill()

    def _close(self) -> None:
        if self.state == "gone":
            return
        self.state = "gone"
        self._drop_channel()
        if self.control is not None:
            self._loop.forget(self.control.fileno())
            self.control.close()
        for descriptor in (self.pidfd, self.work, self.stdout, self.stderr, self.report):
            if descriptor >= 0:
                self._loop.forget(descriptor)
                os.close(descriptor)
        self._image.gone(self)


class ImageDoor:
    """What a slot needs from its image."""

    def ask_for_cell(self, channel: int) -> None:
        raise NotImplementedError

    def ask_to_park(self, number: int, descriptors: List[int]) -> None:
        raise NotImplementedError

    def parked(self, slot: Slot) -> None:
        raise NotImplementedError

    def failed(self, slot: Slot, why: str) -> None:
        raise NotImplementedError

    def gone(self, slot: Slot) -> None:
        raise NotImplementedError
