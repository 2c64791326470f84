"""One run: a connection from the server on one side, a single-use slot on the other."""

from __future__ import annotations

import time
from typing import Callable, List, Optional

from . import client_task, collect, ending, input_relay, left, limits_watch, output, run_report, stdin_writer
from ..events import loop
from ..events.connection import Connection
from ..policy import config
from ..wire import frames, notes, report, request
from .ending import Ending
from ..pool.pool import Pool
from ..pool.slot import Slot

INPUT_SECONDS = 30.0


class Run(client_task.ClientTask):
    """Its connection brings one program, and closes when that is over."""

    def __init__(
        self,
        events: loop.Loop,
        connection: Connection,
        pool: Pool,
        settings: config.Config,
        on_end: Callable[[client_task.ClientTask], None],
    ) -> None:
        super().__init__(events, connection, pool, settings, on_end)
        self._request: Optional[request.Request] = None
        self._relay: Optional[input_relay.InputRelay] = None
        self._output: Optional[output.Output] = None
        self._ending: Optional[Ending] = None  # decided; what follows is reading and sending
        self._watcher: Optional[limits_watch.Watcher] = None
        self._must_be_dead = False  # before the answer: files are read then
        self._sent = False
        self._blocked: Optional[List[str]] = None  # once it is known
        self._started = 0.0
        self._duration = 0.0
        self._cpu = 0
        self._peak = 0
        self._notes: List[str] = []
        self._collected = collect.Collected()

    # --- the request ---------------------------------------------------------------------------------------------

    def begin(self, payload: bytes) -> None:
        asked = self._request = request.parse(payload, self.settings)
        self._cpu_limit = asked.cpu_seconds
        self._originals = collect.remember(asked.code)
        self._limits = self.settings.lowered(asked.limits)
        self._await_slot(asked.networked, self._limits, lambda use: self._pool.take(asked.code, asked.networked, use))

    def on_frame(self, kind: bytes, payload: bytes) -> None:
        if kind == frames.CANCEL:
            self._kill(ending.cancelled())

    def takes_contents(self) -> bool:
        return self._relay is not None and not self._relay.is_done

    def on_contents(self, data: bytes) -> bytes:
        assert self._relay is not None
        return self._relay.feed(data)

    # --- running -------------------------------------------------------------------------------------------------

    def _use(self, slot: Slot) -> None:
        assert self._request is not None
        flood = ending.flooded
        self._output = output.Output(
            self.loop, self.connection, slot, self._limits.output, self._look_at_report, lambda: self._kill(flood())
        )
        self._output.listen()
        self._watcher = limits_watch.Watcher(self.loop, slot, self._limits, self._cpu_limit, self._on_limit)
        self._started = time.monotonic()
        self._timer = self.loop.later(INPUT_SECONDS, self._close)  # for the inputs
        self.connection.put(frames.STARTED, b"")
        self._hand_over(slot)

    def _hand_over(self, slot: Slot) -> None:
        assert self._request is not None and slot.control is not None
        asked = self._request
        self._relay = input_relay.InputRelay(
            self.loop, slot.control, asked.inputs, self._pause, self._go_on, lambda: self._begin(slot, asked)
        )
        self._relay.start(frames.frame(frames.REQUEST, frames.encode(asked.for_child(self.settings))))

    def _pause(self) -> None:
        self.connection.listen(False)

    def _go_on(self) -> None:
        if not self._finished:
            self.connection.listen(True)

    def _begin(self, slot: Slot, asked: request.Request) -> None:
        """The child has everything: the program's time runs."""
        assert self._relay is not None
        self._originals.update(self._relay.originals)
        stdin_writer.StdinWriter(self.loop, slot, asked.stdin)
        if self._ending is not None or self._finished:
            return  # the files did not fit, or nobody waits for it any more
        assert self._timer is not None
        self._timer.cancel()
        self._started = time.monotonic()
        self._timer = self.loop.later(asked.timeout, self._on_timeout)

    # --- the end, in whatever way it comes -----------------------------------------------------------------------

    def _look_at_report(self) -> None:
        """Both streams are closed: the program has reached its end, or has only closed them."""
        if self._ending is not None or self._slot is None:
            return
        told = report.read(self._slot.report)
        if told is None or "signal" in told:  # by which it has yet to end itself
            return
        try:
            self._cpu, self._peak = report.amount(told["cpu"]), report.amount(told["peak"])
            self._notes = notes.read(told)
            verdict = ending.reported(told, self._limits)
        except (KeyError, ValueError):
            return  # nonsense in the program's own report; the zygote will tell how it ended
        self._conclude(verdict)

    def _on_exit(self) -> None:
        """The zygote has seen the end of the process."""
        assert self._slot is not None and self._slot.exit is not None
        _, cpu, peak = self._slot.exit
        if self._ending is None:
            self._look_at_report()
        if self._ending is None:
            self._cpu, self._peak = cpu, peak
            told = report.read(self._slot.report) or {}
            self._notes = notes.read(told)
            self._conclude(ending.with_last_words(ending.of_slot(self._slot, self._limits, self._cpu_limit), told))
            return
        if self._cpu == 0:
            self._cpu, self._peak = cpu, peak
        self._send_if_all_is_known()

    def _on_timeout(self) -> None:
        assert self._request is not None
        self._kill(ending.timed_out(self._request.timeout))

    def _on_limit(self, name: str) -> None:
        self._kill(ending.limited(name, self._limits, self._cpu_limit))

    def _kill(self, verdict: Ending) -> None:
        if self._ending is not None or self._slot is None:
            return
        self._slot.kill()  # first: whoever lives may hold up everything that follows, and what is in the pipes stays there
        self._decide(verdict)
        self._end_everybody()

    def _end_everybody(self) -> None:
        """At once: nobody watches them any more. Which targets were refused is asked meanwhile."""

        def on_answer(targets: List[str]) -> None:
            self._blocked = targets
            if not self._finished:
                self._send_if_all_is_known()

        assert self._slot is not None
        self._must_be_dead = True
        self._slot.kill()
        self._slot.cell.ask_blocked(lambda targets: self.loop.call(lambda: on_answer(targets)))

    def _conclude(self, verdict: Ending) -> None:
        """The program is over by itself. Without files and network the answer need not wait for the teardown."""
        self._decide(verdict)
        assert self._slot is not None and self._output is not None
        self._output.drain()
        if self._slot.cell.has_rules or collect.anything(self._slot.cell, self._originals):
            self._end_everybody()
        else:
            self._send_end()

    def _decide(self, verdict: Ending) -> None:
        assert self._output is not None
        self._ending = verdict
        self._duration = time.monotonic() - self._started
        self._stop_timers()
        self._output.stop()

    def _stop_timers(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._watcher is not None:
            self._watcher.stop()

    def _on_dead(self) -> None:
        """No process of the run is left."""
        if self._ending is None and self._slot is not None:
            if self._slot.exit is None:
                return  # the zygote's word comes in a moment
            self._on_exit()
        self._send_if_all_is_known()

    def _send_if_all_is_known(self) -> None:
        slot = self._slot
        if slot is None or self._sent or not self._must_be_dead or not slot.dead or slot.exit is None:
            return
        if self._blocked is None:
            return  # nft has not answered
        assert self._output is not None
        self._sent = True
        self._output.drain()
        self.connection.pour(collect.files(slot.cell, self._originals, self._collected), self._send_end)

    def _send_end(self) -> None:
        self._sent = True
        assert self._output is not None
        for piece in self._output.files(self._collected.names):
            self.connection.put(*piece)
        self.connection.put(frames.END, frames.encode(self._account().fields()))
        assert self._slot is not None
        self._slot.kill()  # whoever reads the answer slowly gives nobody time to go on
        self.connection.pour(iter(()), self._take_down)

    def _account(self) -> run_report.RunReport:
        assert self._ending is not None and self._output is not None
        assert self._request is not None and self._slot is not None
        told = self._notes or notes.read(report.read_early(self._slot.report))
        return run_report.RunReport(
            self._ending,
            self._duration,
            self._cpu,
            self._peak,
            self._output.truncated,
            self._collected,
            self._blocked or [],
            report.read_results(self._slot.report) if self._request.shows else None,
            [*self._output.notes(self._collected.names), *filter(None, [left.note(self._slot.cell)]), *told],
        )

    def _stop(self) -> None:
        self._stop_timers()
        if self._output is not None:
            self._output.stop()
