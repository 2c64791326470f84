"""A session: a connection from the server on one side, on the other a slot whose interpreter runs one program after another."""

from __future__ import annotations

import os
import socket
from typing import Callable, List, Optional, Union

from . import client_task, collect, ending, errand, interruption, limits_watch, session_run
from ..events import loop, send_queue
from ..events.connection import Connection
from ..policy import config
from ..wire import frames, request
from .ending import Ending
from ..pool.pool import Pool
from ..pool.slot import Slot

IDLE_LOOK_SECONDS = 1.0
END_SECONDS = 0.5  # between the end of the interpreter's socket and its own


class Session(client_task.ClientTask):
    """Its connection brings programs, and closes when the interpreter has ended."""

    def __init__(
        self,
        events: loop.Loop,
        connection: Connection,
        pool: Pool,
        settings: config.Config,
        on_end: Callable[[client_task.ClientTask], None],
    ) -> None:
        super().__init__(events, connection, pool, settings, on_end)
        self.originals: collect.Originals = {}
        self.seen_blocked: List[str] = []
        self.seen_left = ""
        self.cpu = 0
        self._server_settings = settings
        self.has_spoken = False
        self._word = -1
        self._leaving = False
        self._run: Optional[session_run.SessionRun] = None
        self._errand: Optional[errand.Errand] = None
        self._later: Optional[Ending] = None  # of the session, when its errand has been answered
        self._watcher: Optional[limits_watch.Watcher] = None

    @property
    def slot(self) -> Slot:
        assert self._slot is not None
        return self._slot

    # --- the beginning -------------------------------------------------------------------------------------------

    def begin(self, payload: bytes) -> None:
        asked = self._asked = request.parse_session(payload, self.settings)
        self.settings = self.settings.lowered(asked.limits)
        self._await_slot(asked.networked, self.settings, lambda use: self._pool.take_largest(asked.networked, use))

    def _use(self, slot: Slot) -> None:
        assert slot.control is not None
        order = send_queue.SendQueue(self.loop, slot.control, None, lambda: None)
        order.put(frames.frame(frames.REQUEST, frames.encode(self._asked.for_child(self._server_settings))))
        self._hand_word(slot.control)
        self.connection.put(frames.STARTED, b"")
        limit = self.settings.idle_cpu_seconds
        self._watcher = limits_watch.Watcher(self.loop, slot, self.settings, limit, self._on_idle_limit, IDLE_LOOK_SECONDS)
        self.rest()

    def _hand_word(self, control: socket.socket) -> None:
        """A pipe on which the interpreter says that a program has ended: unlike a socket it brings bytes and nothing else."""
        self._word, theirs = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        os.set_blocking(theirs, True)
        try:
            socket.send_fds(control, [frames.frame(frames.WORD, b"")], [theirs])
        except OSError:
            pass  # the interpreter has gone, which is told elsewhere
        finally:
            os.close(theirs)

    # --- what the server says ------------------------------------------------------------------------------------

    def on_frame(self, kind: bytes, payload: bytes) -> None:
        if kind == frames.CANCEL:
            self._finish(ending.cancelled())
        elif kind == frames.INTERRUPT and self._run is not None:
            self._run.stop(interruption.ORDERS[payload])
        elif self._busy is not None or self._slot is None or self._leaving:
            return
        elif kind == frames.REQUEST:
            self._run = session_run.SessionRun(self, payload)
            self._run.begin()
        elif kind == frames.ERRAND:
            self._errand = errand.Errand(self, payload)
            self._errand.begin()

    @property
    def _busy(self) -> Union[session_run.SessionRun, errand.Errand, None]:
        return self._run or self._errand

    def takes_contents(self) -> bool:
        return self._busy is not None and self._busy.takes_contents

    def on_contents(self, data: bytes) -> bytes:
        assert self._busy is not None
        return self._busy.on_contents(data)

    # --- what the interpreter says -------------------------------------------------------------------------------

    def listen_to_interpreter(self) -> None:
        self.loop.watch(self._word, loop.READ, self._on_word)

    def _on_word(self, _: int) -> None:
        """That a program or an errand has ended; one such word is awaited for each. Whatever else comes comes from a program."""
        try:
            word = os.read(self._word, 64)
        except BlockingIOError:
            return
        self.loop.forget(self._word)
        self.has_spoken = True
        if self._busy is not None and not (word and self._busy.on_done()):
            # Nothing more can be said; if it is because the interpreter ends, that is told by the zygote in a moment.
            self._timer = self.loop.later(END_SECONDS, lambda: self._finish(ending.without_connection()))

    def turn_over(self, ended: bool, later: Optional[Ending]) -> None:
        self._run = None
        if ended:
            self._leave()
        elif later is not None:
            self._finish(later)
        elif self.slot.exit is not None:
            self._on_exit()

    def errand_over(self) -> None:
        self._errand = None
        later, self._later = self._later, None
        if later is not None:
            self._finish(later)
        elif self.slot.exit is not None:
            self._on_exit()

    def errand_failed(self, why: Ending) -> None:
        self._finish(why)

    # --- between programs ----------------------------------------------------------------------------------------

    def watch(self, limits: config.Config, cpu_limit: int, on_limit: Callable[[str], None]) -> None:
        assert self._watcher is not None
        self._watcher.aim(limits, cpu_limit, on_limit)

    def rest(self) -> None:
        assert self._watcher is not None
        limit = self.settings.idle_cpu_seconds
        self._watcher.aim(self.settings, limit, self._on_idle_limit, IDLE_LOOK_SECONDS)

    def _watch_no_more(self) -> None:
        if self._watcher is not None:
            self._watcher.stop()

    def _on_idle_limit(self, name: str) -> None:
        limit = ending.idle_limit(self.settings) if name == "cpu" else ending.limited(name, self.settings, 0)
        self._finish(limit)

    # --- the end -------------------------------------------------------------------------------------------------

    def _on_exit(self) -> None:
        """The interpreter has ended."""
        if self._run is not None:
            self._run.on_exit()
            return
        assert self.slot.exit is not None
        self._finish(ending.of_session(self.slot, self.settings, 0))

    def _on_dead(self) -> None:
        if self._run is not None:
            self._run.on_dead()
        elif self.slot.exit is not None:
            self._on_exit()

    def _finish(self, verdict: Ending) -> None:
        """Ends everybody; the program that runs is told of first."""
        if self._leaving:
            return
        if self._finished or self._slot is None:
            self._close()
        elif self._run is not None:
            self._run.kill(verdict)
        elif self._errand is not None and self._errand.is_answering:
            self._later = self._later or verdict
            self.slot.kill()
        else:
            self._tell_gone(verdict)
            self._leave()

    def _tell_gone(self, verdict: Ending) -> None:
        fields = [("reason", verdict.reason.encode()), ("details", verdict.details.encode("utf-8", "replace"))]
        self.connection.put(frames.GONE, frames.encode(fields))

    def _leave(self) -> None:
        """The connection closes when every process is gone."""
        self._leaving = True
        self._close_errand()
        self._watch_no_more()
        self.connection.pour(iter(()), self._take_down)

    def _stop(self) -> None:
        self._watch_no_more()
        if self._word >= 0:
            self.loop.forget(self._word)
            os.close(self._word)
            self._word = -1
        if self._run is not None:
            self._run.close()
        self._close_errand()

    def _close_errand(self) -> None:
        if self._errand is not None:
            self._errand.close()
