"""What a run and a session have in common: a connection from the server, a slot for it, and one end for both."""

from __future__ import annotations

import abc
from typing import Callable, Optional, Tuple

from ..events import loop
from ..events.connection import Connection
from ..policy import config
from ..pool import zygote_pool
from ..wire import frames
from ..pool.pool import Pool
from ..pool.slot import Slot
from ..events.log import say

WAIT_SECONDS = 30.0  # for a child; the server has its own slots, so this is only met when something is wrong


class ClientTask(abc.ABC):
    """Closing the connection from the other side kills at any time what runs in the slot."""

    def __init__(
        self,
        events: loop.Loop,
        connection: Connection,
        pool: Pool,
        settings: config.Config,
        on_end: Callable[["ClientTask"], None],
    ) -> None:
        self.loop = events.guarded(self._on_fault, self.on_stall)
        self.connection = connection
        self.settings = settings
        self._pool = pool
        self._on_end = on_end
        self._slot: Optional[Slot] = None
        self._timer: Optional[loop.Timer] = None
        self._finished = False

    @abc.abstractmethod
    def begin(self, payload: bytes) -> None:
        """With the first frame; raises frames.ProtocolError, KeyError or ValueError."""

    @abc.abstractmethod
    def _use(self, slot: Slot) -> None:
        """It is there, and belongs to this task from now on."""

    @abc.abstractmethod
    def _on_exit(self) -> None:
        """The zygote has seen the end of the slot's first process."""

    @abc.abstractmethod
    def _on_dead(self) -> None:
        """No process of the slot is left."""

    @abc.abstractmethod
    def _stop(self) -> None:
        """Nothing more is waited for."""

    # --- the beginning -------------------------------------------------------------------------------------------

    def _await_slot(self, networked: bool, limits: config.Config, take: Callable[[zygote_pool.Use], None]) -> None:
        """One whose memory is limited to that of `limits`."""
        if networked and not self._pool.network:
            self._refuse("Network access is not available")
            return
        self._timer = self.loop.later(WAIT_SECONDS, lambda: self._refuse("The sandbox has no place within 30 seconds"))
        take(lambda slot: self.loop.call(lambda: self._on_slot(slot, limits)))

    def _on_slot(self, slot: Optional[Slot], limits: config.Config) -> None:
        if self._finished:
            if slot is not None:
                slot.discard()
            return
        if slot is None:
            self._refuse("the sandbox is being restarted")
            return
        slot.state = "running"
        slot.held = True
        slot.on_fault = self._on_fault
        taken = slot
        slot.limit_memory(limits, lambda problem: self._on_limited(taken, problem))

    def _on_limited(self, slot: Slot, problem: Optional[Exception]) -> None:
        if self._finished:
            slot.release()
            return
        self._slot = slot
        if problem is not None or slot.exit is not None or slot.dead:
            self._refuse(f"The memory of the program could not be limited: {problem}" if problem else "a cell ended")
            return
        if self._timer is not None:
            self._timer.cancel()
        slot.on_exit = self._on_exit
        slot.on_dead = self._on_dead
        self._use(slot)

    def _refuse(self, why: str) -> None:
        self.connection.put(frames.UNAVAILABLE, why.encode())
        self.connection.pour(iter(()), self._close)

    @abc.abstractmethod
    def on_frame(self, kind: bytes, payload: bytes) -> None:
        """As of a ConnectionUser."""

    def takes_contents(self) -> bool:
        return False

    @abc.abstractmethod
    def on_contents(self, data: bytes) -> bytes:
        """As of a ConnectionUser."""

    def on_malformed(self, why: str) -> None:
        self._refuse(why)

    # --- the end -------------------------------------------------------------------------------------------------

    def on_gone(self) -> None:
        self._close()

    def on_stall(self, seconds: float) -> None:
        slot = self._slot
        if slot is not None:
            slot.stall(seconds)

    def _on_fault(self) -> None:
        """Something of it has failed, and nobody may rely on the rest: the server sees the end of the connection."""
        self._finished = True
        if self._timer is not None:
            self._timer.cancel()
        steps: Tuple[Callable[[], None], ...] = (self.connection.close, self._stop, self._let_slot_go, lambda: self._on_end(self))
        for step in steps:
            try:
                step()
            except Exception as e:  # the others are taken all the same
                say("log", f"a run that has failed could not be ended in full: {type(e).__name__}: {e}")

    def _let_slot_go(self) -> None:
        if self._slot is not None:
            self._slot.on_exit = self._slot.on_dead = self._slot.on_fault = lambda: None
            self._slot.release()

    def _take_down(self) -> None:
        """Everything has been told. The connection closes, and with it the server's slot, when every process is gone."""
        slot = self._slot
        if slot is None or slot.dead:
            self._close()
            return
        slot.on_exit = lambda: None
        slot.on_dead = self._close
        slot.kill()

    def _close(self) -> None:
        if self._finished:
            return
        self._finished = True
        if self._timer is not None:
            self._timer.cancel()
        self._stop()
        self.connection.close()
        self._let_slot_go()
        self._on_end(self)
