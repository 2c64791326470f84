"""An image: one zygote, the children parked from it, and the runs that wait for one."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections import deque
from typing import Callable, Deque, Dict, List, Optional, Tuple

from . import demand, doors, pipes, run_namespace, slot
from ..events import loop
from ..wire import fd_messages
from ..events.log import say

MAKING = 4  # at once
REFILL_SECONDS = 0.01  # at the latest, while others are parked
CALM_SECONDS = 20.0  # after which one parked child less is kept, where so many were not needed
ATTEMPTS = 5  # children in a row that fail to park
RETRY_SECONDS = 1.0  # after that many, doubled with each further one
MOST_DOUBLINGS = 6
STEADY_SECONDS = 60.0

Use = Callable[[Optional[slot.Slot]], None]


class ZygotePool:
    def __init__(self, generation: doors.GenerationDoor, name: str, modules: Tuple[str, ...], control: socket.socket) -> None:
        """`control` leads to the zygote, which has been ordered, and is owned here from now on."""
        self.name = name
        self.modules = modules
        self.ready = False
        self.lost = False
        self.retired = False
        self.importing = ""  # the module with which the zygote is busy
        self._generation = generation
        self._events = generation.events.guarded(self.end)
        self._began = time.monotonic()
        self._parked: Deque[slot.Slot] = deque()
        self._waiting: Deque[Use] = deque()
        self._reserved: Dict[int, Use] = {}  # by the number of the slot that is being made for it
        self._making = 0
        self._failures = 0
        self._demand = demand.Demand()
        self._slots: Dict[int, slot.Slot] = {}
        self._control = control
        self._events.watch(self._control.fileno(), loop.READ, self._on_word)
        self._events.later(CALM_SECONDS, self._calm_down)

    # --- runs ----------------------------------------------------------------------------------------------------

    def take(self, use: Use, networked: bool = False) -> None:
        """Calls use with a parked slot, now or when there is one; with None when there can be none."""
        if self.lost:
            use(None)
        elif networked:
            self._make_networked(use)
        else:
            self._take_parked(use)

    def _take_parked(self, use: Use) -> None:
        self._demand.is_one_more(len(self._parked))
        if self._parked:
            use(self._parked.popleft())
        else:
            self._waiting.append(use)
        # Not at once: the program that starts now has the first right to the processor, and most have ended by then.
        self._events.later(REFILL_SECONDS if self._parked else 0, self._refill)

    def _refill(self) -> None:
        if not self.ready or self.lost:
            return
        wanted = (0 if self.retired else self._demand.target) + len(self._waiting) - len(self._parked) - self._making
        for _ in range(min(wanted, MAKING - self._making)):
            self._making += 1
            number = self._generation.next_number()
            self._make(number, self._generation.new_cell(number))

    def _make(self, number: int, cell: run_namespace.Cell) -> None:
        fresh = slot.Slot(number, self._generation.events, self, cell, self._generation.groups)
        self._slots[number] = fresh
        fresh.make()

    def _make_networked(self, use: Use) -> None:
        """On demand: an interface costs a process, which would stand beside every parked child."""
        number = self._generation.next_number()
        self._reserved[number] = use
        self._make(number, self._generation.new_networked_cell())

    def _calm_down(self) -> None:
        """Gives memory back when there were always more parked children than needed."""
        if self.lost or self.retired:
            return
        if self._demand.calm_down(len(self._parked)):
            self._parked.pop().discard()
            self._demand.look(len(self._parked))
        self._events.later(CALM_SECONDS, self._calm_down)

    # --- what slots tell -----------------------------------------------------------------------------------------

    def ask_to_park(self, order: str, descriptors: List[int]) -> None:
        try:
            fd_messages.send(self._control, order.encode(), tuple(descriptors))
        except OSError:
            pass  # the zygote is gone; the end of its socket says so too

    def reap(self) -> None:
        if not self.lost:
            with contextlib.suppress(OSError):
                self._control.send(b"reap")

    def end(self) -> None:
        """Another one takes its place; its runs are lost."""
        if not self.lost:
            self.lose()
            self._generation.image_ended(self)

    def parked(self, ready: slot.Slot) -> None:
        if ready.number in self._reserved:
            self._reserved.pop(ready.number)(ready)
            return
        self._making -= 1
        self._failures = 0
        if self._waiting:
            self._waiting.popleft()(ready)
        elif self.retired:
            ready.discard()
        else:
            self._parked.append(ready)
        self._generation.first_is_parked()
        self._refill()

    def failed(self, broken: slot.Slot, why: str) -> None:
        if self.lost:
            return
        say("log", f"image {self.name}: {why}")
        if broken.number in self._reserved:
            self._reserved.pop(broken.number)(None)
            return
        if broken in self._parked:
            self._parked.remove(broken)
        else:
            self._making -= 1
        self._failures += 1
        if self._failures < ATTEMPTS:
            self._events.later(0.01 * 2**self._failures, self._refill)
            return
        self._refuse_waiting()
        pause = RETRY_SECONDS * 2 ** min(self._failures - ATTEMPTS, MOST_DOUBLINGS)
        self._events.later(pause, self._refill)
        self._generation.cannot_park(why)

    def gone(self, ended: slot.Slot) -> None:
        self._slots.pop(ended.number, None)

    # --- what the zygote tells ------------------------------------------------------------------------------------

    def _on_word(self, _: int) -> None:
        try:
            message, descriptors = fd_messages.receive(self._control)
        except OSError:
            message, descriptors = b"", []
        word, *values = message.decode().split(" ")
        if word == "importing":
            self.importing = values[0]
        elif word == "refused":
            say("log", f"image {self.name}: not loaded: {values[0]} ({' '.join(values[1:])})")
            self._generation.refused(self, values[0])
        elif word == "problem":
            self._generation.cannot_park(" ".join(values))
        elif word == "ready":
            self.ready = True
            self._refill()
        elif word == "forked":
            self._forked(int(values[0]), descriptors)
        elif word == "exit":
            self._exited(*map(int, values))
        else:
            self.end()

    def _forked(self, number: int, pidfds: List[int]) -> None:
        parking = self._slots.get(number)
        if parking is not None:
            parking.forked(pidfds)
            return
        pipes.send_signal(pidfds[-1], signal.SIGKILL)  # nobody waits for it any more
        for pidfd in pidfds:
            os.close(pidfd)

    def _exited(self, number: int, status: int, cpu: int, peak: int) -> None:
        ended = self._slots.get(number)
        if ended is not None:
            ended.exited(status, cpu, peak)
        self._refill()

    # --- the end -------------------------------------------------------------------------------------------------

    def retire(self) -> None:
        """Runs go on, nothing new is parked."""
        self.retired = True
        while self._parked:
            self._parked.pop().discard()

    def was_steady(self) -> bool:
        """Whether it worked for a good while, so that its end is no sign of the next one's."""
        return self.ready and time.monotonic() - self._began > STEADY_SECONDS

    def is_stuck(self) -> bool:
        """Whether its children fail to park."""
        return self._failures >= ATTEMPTS

    def is_empty(self) -> bool:
        return not self._slots and not self._waiting

    def lose(self) -> None:
        """The zygote is dead or about to be: its runs are lost, since nobody can tell how they end."""
        if self.lost:
            return
        self.lost = True
        self._events.forget(self._control.fileno())
        self._control.close()
        self._parked.clear()
        for each in list(self._slots.values()):
            each.lost()
        self._refuse_waiting()

    def _refuse_waiting(self) -> None:
        refused = [*self._waiting, *self._reserved.values()]
        self._waiting.clear()
        self._reserved.clear()
        for use in refused:
            use(None)
