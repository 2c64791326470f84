"""A slot: one single-use sandbox, from the order to park to the last of its processes.

Who owns what: the supervisor's ends of everything belong to the slot and are closed in `_close`; the program's ends are
closed here as soon as they have been sent to the zygote.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from typing import Callable, List, Optional

from . import death, doors, pipes, run_group, run_namespace
from ..events import loop
from ..kernel import cgroups
from ..kernel.group import Group
from ..policy import config
from ..wire import fd_messages, report

PARKING_SECONDS = 30.0
CLOCK_REALTIME_COARSE = 5  # clock_gettime(2): that of files' times; Python has no name for it


class Slot:
    """States, in order: parking, parked, running, ending, gone."""

    def __init__(
        self, number: int, events: loop.Loop, image: doors.ImageDoor, cell: run_namespace.Cell, groups: cgroups.NoGroups
    ) -> None:
        self.number = number
        self.cell = cell
        self.state = "parking"
        self.child = -1  # pidfd of the program's process
        self.stdin = -1
        self.stdout = -1
        self.stderr = -1
        self.report = -1
        self.dead = False  # every process of it
        self.held = False  # by a run that still reads from it
        self.control: Optional[socket.socket] = None
        self.exit: Optional[List[int]] = None  # status, microseconds, bytes: the zygote's word
        self.on_exit: Callable[[], None] = lambda: None
        self.on_dead: Callable[[], None] = lambda: None
        self.on_fault: Callable[[], None] = lambda: None
        self._loop = events.guarded(self._end_after_fault, self.stall)
        self._zygotes = image
        self._group = run_group.RunGroup(self._loop, groups)
        self._ready = False
        self._death = death.Death(self._loop, image.name)
        self._given_up = False
        self.has_stalled = False

    @property
    def group(self) -> Optional[Group]:
        """That of the run as a whole, once it is made."""
        return self._group.taken

    def is_out_of_memory(self) -> bool:
        return self._group.is_out_of_memory()

    def limit_memory(self, limits: config.Config, then: Callable[[Optional[Exception]], None]) -> None:
        """Of the run as a whole; `then` gets what went wrong."""
        self._group.limit_memory(limits, then)

    # --- parking -----------------------------------------------------------------------------------------------

    def make(self) -> None:
        self._patience = self._loop.later(PARKING_SECONDS, lambda: self._fail("parking took too long"))
        try:
            self._group.take()
            self.cell.furnish()
        except OSError as e:
            self._fail(str(e))
        else:
            self._park()

    def _park(self) -> None:
        """Sends the program's ends of everything to the zygote, and keeps ours."""
        self.control, control = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.control.setblocking(False)
        stdin, self.stdin = pipes.stream()
        self.stdout, stdout = pipes.stream()
        self.stderr, stderr = pipes.stream()
        for ours in (self.stdin, self.stdout, self.stderr):
            os.set_blocking(ours, False)
        self.report = report.create()
        group = self.group
        assert group is not None
        with control:
            ends = [control.fileno(), stdin, stdout, stderr, self.report, group.join, group.share, *self.cell.handles()]
            self._zygotes.ask_to_park(f"park {self.number} {self.cell.way} {self.cell.parameter()}", ends)
        for descriptor in (stdin, stdout, stderr):
            os.close(descriptor)
        self._loop.watch(self.control.fileno(), loop.READ, self._on_parked)

    def forked(self, pidfds: List[int]) -> None:
        """The zygote has forked the child; its pidfd, and that of the cell's init, are ours from now on."""
        self._loop.call(lambda: self._on_forked(pidfds))

    def _on_forked(self, pidfds: List[int]) -> None:
        self.child = pidfds[0]
        self.cell.pidfd = pidfds[1] if len(pidfds) > 1 else -1
        self._loop.watch(pidfds[-1], loop.READ, self._on_all_dead)  # without an init the child is the only process
        self._when_ready()

    def _on_parked(self, _: int) -> None:
        assert self.control is not None
        try:
            message, handles = fd_messages.receive(self.control)
        except BlockingIOError:
            return
        except OSError:
            message, handles = b"", []
        self._loop.forget(self.control.fileno())
        if message != b"parked":
            self._fail(message.decode("utf-8", "replace") or "a child ended while parking")
            return
        # From here on a program may have the other end: nothing that it could send is taken, not even a descriptor.
        self.control.shutdown(socket.SHUT_RD)
        if handles:
            self.cell.top = handles[0]
        self.cell.parked = time.clock_gettime_ns(CLOCK_REALTIME_COARSE)
        self._ready = True
        self._when_ready()

    def _when_ready(self) -> None:
        if self._ready and self.child >= 0 and self.state == "parking":
            group = self.group
            assert group is not None
            self.cell.connect((group.join, group.share), self._on_connected, self._fail)

    def _on_connected(self) -> None:
        if self.state == "parking":
            self.state = "parked"
            self._patience.cancel()
            self._zygotes.parked(self)

    def _fail(self, why: str) -> None:
        if self.state in ("parking", "parked"):
            self.state = "ending"
            self._patience.cancel()
            self._zygotes.failed(self, why)
            self.kill()

    def close_stdin(self) -> None:
        """The program reads its end then."""
        if self.stdin >= 0:
            self._loop.forget(self.stdin)
            os.close(self.stdin)
            self.stdin = -1

    # --- ending ------------------------------------------------------------------------------------------------

    def kill(self) -> None:
        """Ends every process of the run; on_dead follows when the last one is gone."""
        pidfd = self.cell.pidfd if self.cell.pidfd >= 0 else self.child
        if pidfd < 0:
            self._close()  # before there is any
        elif self.state != "gone":
            pipes.send_signal(pidfd, signal.SIGKILL)
            if self.cell.is_session:
                pipes.kill_session(self.child)
            if not self.dead:
                self._death.await_end(lambda: self.dead or self.state == "gone", [self._zygotes.reap, self._zygotes.end, self._give_up])

    def _give_up(self) -> None:
        """Whatever is left of it holds nobody up: what it has is not used again."""
        self._given_up = True
        self._on_all_dead(0)

    def _end_after_fault(self) -> None:
        """Something of it has failed: whoever has it is told, and what is left of it ends."""
        self._fail("a fault of the sandbox")
        told, self.on_fault = self.on_fault, lambda: None
        told()
        self.release()

    def stall(self, seconds: float) -> None:
        """Kills a program for which the supervisor's thread waits in the kernel. Called by the watchdog's thread, while that one waits."""
        if self.state == "running" and self.cell.holds_up(seconds):
            self.has_stalled = True
            for pidfd in (self.cell.pidfd, self.child):
                if pidfd >= 0:
                    with contextlib.suppress(OSError):  # closed meanwhile
                        pipes.send_signal(pidfd, signal.SIGKILL)

    def discard(self) -> None:
        """Nobody wants it."""
        self.state = "ending"
        self.kill()

    def interrupt(self) -> None:
        """SIGINT to the program's first process."""
        pipes.send_signal(self.child, signal.SIGINT)

    def exited(self, status: int, cpu_microseconds: int, peak_bytes: int) -> None:
        """The zygote has seen the end of the program's process."""
        self.exit = [status, cpu_microseconds, peak_bytes]
        self._fail("a parked child ended")
        self._loop.call(self.on_exit)

    def _on_all_dead(self, _: int) -> None:
        self._loop.forget(self.cell.pidfd if self.cell.pidfd >= 0 else self.child)
        self.dead = True
        self._death.has_come()
        if self.exit is None:
            self._death.await_word(lambda: self.exit is not None or self.state == "gone", self._zygotes.end)
        self._fail("a cell ended")
        self._loop.call(self.on_dead)
        if not self.held:
            self._close()

    def lost(self) -> None:
        """The zygote is gone, or about to be: nobody can tell any more how the process ends."""
        is_news = self.exit is None
        self.exit = self.exit or [-1, 0, 0]
        if not self.dead:
            self.kill()
        elif is_news:
            self._loop.call(self.on_exit)

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
        if self.control is not None:
            self._loop.forget(self.control.fileno())
            self.control.close()
        self.close_stdin()
        for descriptor in (self.child, self.stdout, self.stderr, self.report):
            if descriptor >= 0:
                self._loop.forget(descriptor)
                os.close(descriptor)
        self.cell.remove(is_reusable=not self._given_up)
        self._group.leave(is_reusable=not self._given_up)
        self._zygotes.gone(self)
