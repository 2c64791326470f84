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
from typing import Callable, List, Optional, Tuple

from . import run_namespace
from ..events import loop
from ..kernel import cgroups
from ..policy import config
from ..wire import fd_messages, report
from ..kernel.group import Group
from ..events.log import say

PARKING_SECONDS = 30.0
CLOCK_REALTIME_COARSE = 5  # clock_gettime(2): that of files' times; Python has no name for it
DEATH_SECONDS = 10.0  # from SIGKILL to the end of the last process, on the busiest machine
WORD_SECONDS = 20.0  # from the end of a process to the zygote's word about it



class Slot:
    """States, in order: parking, parked, running, ending, gone."""

    def __init__(
        self,
        number: int,
        events: loop.Loop,
        image: "ImageDoor",
        cell: run_namespace.Cell,
        groups: cgroups.NoGroups,
    ) -> None:
        self.number = number
        self.cell = cell
        self.group: Optional[Group] = None
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
        self._groups = groups
        self._ready = False
        self._overdue: Optional[loop.Timer] = None
        self._given_up = False
        self._is_limiting = False
        self.has_stalled = False

    def is_out_of_memory(self) -> bool:
        """Whether the kernel has killed one of its processes for that."""
        return self.group is not None and self.group.is_out_of_memory()

    # --- parking -----------------------------------------------------------------------------------------------

    def make(self) -> None:
        self._patience = self._loop.later(PARKING_SECONDS, lambda: self._fail("parking took too long"))
        try:
            self.group = self._groups.take()
            self.cell.furnish()
        except OSError as e:
            self._fail(str(e))
        else:
            self._park()

    def _park(self) -> None:
        """Sends the program's ends of everything to the zygote, and keeps ours."""
        self.control, control = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.control.setblocking(False)
        stdin, self.stdin = stream()
        self.stdout, stdout = stream()
        self.stderr, stderr = stream()
        for ours in (self.stdin, self.stdout, self.stderr):
            os.set_blocking(ours, False)
        self.report = report.create()
        assert self.group is not None
        with control:
            ends = [control.fileno(), stdin, stdout, stderr, self.report, self.group.join, self.group.share, *self.cell.handles()]
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
            assert self.group is not None
            self.cell.connect((self.group.join, self.group.share), self._on_connected, self._fail)

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

    def limit_memory(self, limits: config.Config, then: Callable[[Optional[Exception]], None]) -> None:
        """Of the run as a whole, where there are control groups; `then` gets what went wrong. How long it takes is up to the kernel."""
        limited, size = self.group, cgroups.of_a_run(limits)
        if limited is None or not limited.has_more_than(size):
            then(None)
            return

        def on_limited(problem: Optional[Exception]) -> None:
            self._is_limiting = False
            if self.state == "gone":
                self._give_back_group()
            then(problem)

        self._is_limiting = True
        try:
            self._loop.aside(lambda: limited.limit(size), on_limited)
        except Exception as e:  # no thread just now, or no descriptor
            on_limited(e)

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
            send_signal(pidfd, signal.SIGKILL)
            if self.cell.is_session:
                _kill_session(self.child)
            if self._overdue is None and not self.dead:
                self._await_death([self._zygotes.reap, self._end_image, self._give_up])

    def _await_death(self, remedies: List[Callable[[], None]]) -> None:
        """One after another is tried while there are processes that have been killed and do not end."""

        def on_overdue() -> None:
            if not self.dead and self.state != "gone":
                say("log", f"image {self._zygotes.name}: processes of a run were killed and do not end")
                self._await_death(remedies[1:])
                remedies[0]()

        self._overdue = self._loop.later(DEATH_SECONDS, on_overdue) if remedies else None

    def _end_image(self) -> None:
        self._zygotes.end()

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
                        send_signal(pidfd, signal.SIGKILL)

    def discard(self) -> None:
        """Nobody wants it."""
        self.state = "ending"
        self.kill()

    def interrupt(self) -> None:
        """SIGINT to the program's first process."""
        send_signal(self.child, signal.SIGINT)

    def exited(self, status: int, cpu_microseconds: int, peak_bytes: int) -> None:
        """The zygote has seen the end of the program's process."""
        self.exit = [status, cpu_microseconds, peak_bytes]
        self._fail("a parked child ended")
        self._loop.call(self.on_exit)

    def _on_all_dead(self, _: int) -> None:
        self._loop.forget(self.cell.pidfd if self.cell.pidfd >= 0 else self.child)
        self.dead = True
        if self._overdue is not None:
            self._overdue.cancel()
        if self.exit is None:
            self._overdue = self._loop.later(WORD_SECONDS, self._miss_the_zygote)
        self._fail("a cell ended")
        self._loop.call(self.on_dead)
        if not self.held:
            self._close()

    def _miss_the_zygote(self) -> None:
        """It does not say how the process ended: whoever waits for that would wait for ever."""
        if self.exit is None and self.state != "gone":
            say("log", f"image {self._zygotes.name}: the zygote does not tell the end of a process")
            self._zygotes.end()

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
        self._give_back_group()
        self._zygotes.gone(self)

    def _give_back_group(self) -> None:
        """Unless somebody is in it, or its limit is being changed."""
        if self.group is not None and not self._given_up and not self._is_limiting:
            self._groups.give_back(self.group, self._loop.aside)


def stream() -> Tuple[int, int]:
    """A pipe that a program may open by the name /dev/stdout although its id is not ours, which nobody else can: proc(5)."""
    ends = os.pipe2(os.O_CLOEXEC)
    os.fchmod(ends[0], 0o666)
    return ends


def send_signal(pidfd: int, number: int) -> None:
    """Does nothing when the process has ended; pidfd_send_signal(2)."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(pidfd, number)


def _kill_session(pidfd: int) -> None:
    """Tier none: what the program started and did not take out of its session."""
    try:
        with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as info:
            pid = next(int(line.split()[1]) for line in info if line.startswith("Pid:"))
        if pid > 0:
            os.killpg(pid, signal.SIGKILL)
    except (OSError, StopIteration):
        pass


class ImageDoor:
    """What a slot needs from its image."""

    name: str

    def reap(self) -> None:
        """Has the zygote wait for whatever is its child."""
        raise NotImplementedError

    def end(self) -> None:
        """With all its runs."""
        raise NotImplementedError

    def ask_to_park(self, order: str, descriptors: List[int]) -> None:
        raise NotImplementedError

    def parked(self, slot: Slot) -> None:
        raise NotImplementedError

    def failed(self, slot: Slot, why: str) -> None:
        raise NotImplementedError

    def gone(self, slot: Slot) -> None:
        raise NotImplementedError
