"""One program of a session: it comes over the session's connection and runs in the session's slot, which goes on living."""

from __future__ import annotations

import time
from typing import Callable, Dict, List, Optional

from . import collect, ending, input_relay, interruption, left, output, run_report, session_door, stdin_writer
from ..wire import frames, notes, report, request
from .ending import Ending

INPUT_SECONDS = 30.0


class SessionRun:
    """Ends with `turn_over` of its session, unless that is closed before."""

    def __init__(self, session: session_door.RunDoor, payload: bytes) -> None:
        """Raises frames.ProtocolError, KeyError or ValueError."""
        asked = self._request = request.parse(payload, session.settings)
        self._session = session
        self._limits = session.settings.lowered(asked.limits)
        self._interruption = interruption.Interruption(session.loop, session.slot, self.kill)
        self._ending: Optional[Ending] = None
        self._killed = False
        self._later: Optional[Ending] = None  # of the session, after that of the program
        self._is_asked = False  # which targets were refused
        self._begun = False
        self._closed = False
        self._sent = False
        self._relay: Optional[input_relay.InputRelay] = None
        self._cpu = self._peak = 0
        self._duration = 0.0
        self._blocked: List[str] = []
        self._notes: List[str] = []
        self._collected = collect.Collected(remembers=True)
        self._output = output.Output(
            session.loop, session.connection, session.slot, self._limits.output, lambda: None, lambda: self.kill(ending.flooded())
        )
        self._started = time.monotonic()
        self._timer = session.loop.later(INPUT_SECONDS, lambda: self.kill(ending.timed_out(INPUT_SECONDS)))

    def begin(self) -> None:
        """With the rules of the network as they have to be now; a session whose rules are out of date ends."""

        def on_renewed(renewed: bool) -> None:
            if self._closed:
                return
            if renewed:
                self._hand_over()
            else:
                self.kill(ending.without_rules())

        session = self._session
        report.clear(session.slot.report)
        session.watch(self._limits, self._request.cpu_seconds, self._on_limit)
        session.slot.cell.renew_rules(lambda renewed: session.loop.call(lambda: on_renewed(renewed)))

    def _hand_over(self) -> None:
        """To the interpreter."""
        session, asked = self._session, self._request
        assert session.slot.control is not None
        stdin_writer.hand_pipe(session.slot)
        self._output.listen()
        self._tell_start()
        self._relay = input_relay.InputRelay(
            session.loop,
            session.slot.control,
            asked.inputs,
            lambda: session.connection.listen(False),
            lambda: session.connection.listen(True),
            self._run,
        )
        self._relay.start(frames.frame(frames.REQUEST, frames.encode(asked.for_child(session.settings))))

    def _tell_start(self) -> None:
        """Once, before anything else is told."""
        if not self._begun:
            self._begun = True
            self._session.connection.put(frames.STARTED, b"")

    @property
    def takes_contents(self) -> bool:
        return self._relay is not None and not self._relay.is_done

    def on_contents(self, data: bytes) -> bytes:
        assert self._relay is not None
        return self._relay.feed(data)

    def _run(self) -> None:
        """The interpreter has everything: the program's time runs."""
        self._session.listen_to_interpreter()
        assert self._relay is not None
        self._session.originals.update(self._relay.originals)
        stdin_writer.StdinWriter(self._session.loop, self._session.slot, self._request.stdin)
        if self._ending is not None:
            return
        self._timer.cancel()
        self._interruption.restart()
        self._started = time.monotonic()
        seconds = self._request.timeout
        self._timer = self._session.loop.later(seconds, lambda: self.stop(ending.too_long(seconds)))

    # --- stopping ------------------------------------------------------------------------------------------------

    def stop(self, order: Ending) -> None:
        """Interrupts it; the first order is the reason. What does not stop soon is killed."""
        if self._ending is None:
            self._timer.cancel()
            self._interruption.begin(order)

    def kill(self, verdict: Ending) -> None:
        """And the interpreter with it."""
        if self._ending is None:
            self._killed = True
            self._session.slot.kill()  # first: whoever lives may hold up what follows
            self._decide(verdict)
            self._ask_blocked(self._on_blocked)
        elif not self._killed and self._later is None:  # what it has left running, while its answer is made
            self._later = verdict
            self._session.slot.kill()

    def _on_blocked(self) -> None:
        self._is_asked = True
        self._collect_when_all_is_known()

    def _on_limit(self, name: str) -> None:
        order = self._interruption.order
        if order is not None and name == "cpu":
            self.kill(ending.stubborn(order))
        else:
            self.kill(ending.limited(name, self._limits, self._request.cpu_seconds))

    # --- the end, in whatever way it comes -----------------------------------------------------------------------

    def on_done(self) -> bool:
        """The interpreter says that the program has ended; False if it was not the interpreter who said it."""
        if self._ending is not None:
            return True
        told = report.read(self._session.slot.report)
        if told is None:
            return False
        try:
            verdict = self._verdict(told)
            self._notes = notes.read(told)
            self._cpu, self._peak = report.amount(told["cpu"]), report.amount(told["peak"])
        except (KeyError, ValueError, TypeError):
            return False
        self._decide(verdict)
        self._output.drain()
        self._ask_blocked(self._collect)
        return True

    def _verdict(self, told: Dict[str, bytes]) -> Ending:
        order = self._interruption.order
        if order is None or (order.reason == "interrupted" and "interrupted" not in told):
            return ending.reported(told, self._limits)
        return ending.stopped(order, told)

    def on_exit(self) -> None:
        """The interpreter has ended, and the zygote has seen it, or the zygote itself has."""
        session = self._session
        if self._ending is None:
            self.kill(ending.of_session(session.slot, self._limits, self._request.cpu_seconds, session.cpu))
        else:
            self._collect_when_all_is_known()

    def on_dead(self) -> None:
        """No process of the session is left."""
        if self._ending is not None:
            self._collect_when_all_is_known()
        elif self._session.slot.exit is not None:
            self.on_exit()

    def _collect_when_all_is_known(self) -> None:
        slot = self._session.slot
        if self._killed and self._is_asked and not self._sent and slot.dead and slot.exit is not None:
            _, cpu, self._peak = slot.exit
            self._cpu = max(0, cpu - self._session.cpu)
            self._output.drain()
            self._collect()

    def _ask_blocked(self, then: Callable[[], None]) -> None:
        def on_answer(targets: List[str]) -> None:
            self._blocked = [target for target in targets if target not in self._session.seen_blocked]
            self._session.seen_blocked += self._blocked
            then()

        events = self._session.loop
        self._session.slot.cell.ask_blocked(lambda targets: events.call(lambda: on_answer(targets)))

    def _decide(self, verdict: Ending) -> None:
        self._tell_start()
        self._ending = verdict
        self._duration = time.monotonic() - self._started
        self.close()
        self._session.rest()

    def close(self) -> None:
        """Nothing more is waited for."""
        self._closed = True
        self._timer.cancel()
        self._interruption.end()
        self._output.stop()

    def _collect(self) -> None:
        self._sent = True
        session = self._session
        session.connection.pour(collect.files(session.slot.cell, session.originals, self._collected), self._send_end)

    def _send_end(self) -> None:
        assert self._ending is not None
        session = self._session
        session.originals = self._collected.now
        session.cpu += self._cpu
        for piece in self._output.files(self._collected.names):
            session.connection.put(*piece)
        session.connection.put(frames.END, frames.encode(self._told(self._ending).fields()))
        session.connection.pour(iter(()), lambda: session.turn_over(self._killed, self._later))

    def _told(self, verdict: Ending) -> run_report.RunReport:
        return run_report.RunReport(
            verdict,
            self._duration,
            self._cpu,
            self._peak,
            self._output.truncated,
            self._collected,
            self._blocked,
            report.read_results(self._session.slot.report),
            self._all_notes(),
            "ended" if self._killed else "open",
        )

    def _all_notes(self) -> List[str]:
        """Files outside of the working folder stay for later programs, and are told when they are others than before."""
        session = self._session
        before, session.seen_left = session.seen_left, left.note(session.slot.cell)
        outside = [session.seen_left] if session.seen_left not in ("", before) else []
        told = self._notes or notes.read(report.read_early(session.slot.report))
        return [*self._output.notes(self._collected.names), *outside, *told]
