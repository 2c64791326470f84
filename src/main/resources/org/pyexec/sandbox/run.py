"""One run: a connection from the server on one side, a slot on the other."""

from __future__ import annotations

import os
import socket
import time
from typing import Callable, List, Optional

from . import collect, config, ending, feed, frames, loop, outbox, policy, relay, report, request, watch
from .ending import Ending
from .pool import Pool
from .slot import Slot

READ_BYTES = 64 << 10
WAIT_SECONDS = 30.0  # for a child; the server has its own slots, so this is only met when something is wrong
DRAIN_READS = 32  # a pipe holds 64 KiB; somebody may go on writing
UNREAD_BYTES = 256 << 10  # by the server, above which the program has to wait with its output


class Stream:
    """One output stream of the program, on its way to the server."""

    def __init__(self, descriptor: int, kind: bytes) -> None:
        self.descriptor = descriptor
        self.kind = kind
        self.total = 0
        self.ended = False


class Run:
    """Closing the connection from the other side kills it at any time."""

    def __init__(
        self,
        events: loop.Loop,
        connection: socket.socket,
        pool: Pool,
        settings: config.Config,
        on_end: Callable[["Run"], None],
    ) -> None:
        self._loop = events
        self._connection = connection
        self._pool = pool
        self._settings = settings
        self._on_end = on_end
        self._reader = frames.Reader(policy.MAX_REQUEST_BYTES)
        self._outbox = outbox.Outbox(events, connection, self._on_readable, self.cancel)
        self._request: Optional[request.Request] = None
        self._relay: Optional[relay.Relay] = None
        self._refused = False
        self._slot: Optional[Slot] = None
        self._streams: List[Stream] = []
        self._ending: Optional[Ending] = None  # decided; what follows is reading and sending
        self._finished = False
        self._timer: Optional[loop.Timer] = None
        self._watcher: Optional[watch.Watcher] = None
        self._must_be_dead = False  # before the answer: files are read then
        self._sent = False
        self._blocked: List[str] = []
        self._started = 0.0
        self._duration = 0.0
        self._cpu = 0
        self._peak = 0
        self._collected = collect.Collected()
        events.watch(connection.fileno(), loop.READ, self._on_readable)

    # --- the request ---------------------------------------------------------------------------------------------

    def _on_readable(self, _: int) -> None:
        try:
            data = self._connection.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.cancel()
            return
        if self._relay is not None and not self._relay.is_done:
            self._relay.feed(data)
            return
        try:
            self._reader.feed(data)
            got = self._reader.next()
            if got is not None:
                self._on_frame(*got)
        except (frames.ProtocolError, KeyError, ValueError) as e:
            self._refuse(f"malformed request: {e}")

    def _on_frame(self, kind: bytes, payload: bytes) -> None:
        if kind == frames.CANCEL:
            self._kill(ending.cancelled())
        elif self._request is None and not self._refused:
            self._accept(request.parse(payload, self._settings))

    def _accept(self, asked: request.Request) -> None:
        self._request = asked
        self._cpu_limit = asked.cpu_seconds
        self._originals = collect.remember(asked.code)
        self._limits = self._settings.lowered(asked.limits)
        if asked.networked and not self._pool.network:
            self._refuse("Network access is not available")
            return
        self._timer = self._loop.later(WAIT_SECONDS, lambda: self._refuse("The sandbox has no place within 30 seconds"))
        self._pool.take(asked.code, asked.networked, self._on_slot)

    def _refuse(self, why: str) -> None:
        self._refused = True
        self._outbox.put(frames.frame(frames.UNAVAILABLE, why.encode()))
        self._outbox.pour(iter(()), self._close)

    # --- running -------------------------------------------------------------------------------------------------

    def _on_slot(self, slot: Optional[Slot]) -> None:
        if self._finished:
            if slot is not None:
                slot.state = "ending"
                slot.kill()
            return
        if slot is None:
            self._refuse("the sandbox is being restarted")
            return
        assert self._request is not None and slot.control is not None
        self._stop_timers()
        self._slot = slot
        slot.state = "running"
        slot.held = True
        slot.on_exit = self._on_exit
        slot.on_dead = self._on_dead
        self._streams = [Stream(slot.stdout, frames.STDOUT), Stream(slot.stderr, frames.STDERR)]
        self._listen()
        self._watcher = watch.Watcher(self._loop, slot, self._limits, self._cpu_limit, self._on_limit)
        self._started = time.monotonic()
        self._timer = self._loop.later(WAIT_SECONDS, self.cancel)  # for the inputs
        self._outbox.put(frames.frame(frames.STARTED, b""))
        self._hand_over(slot)

    def _hand_over(self, slot: Slot) -> None:
        assert self._request is not None and slot.control is not None
        asked = self._request
        self._relay = relay.Relay(
            self._loop, slot.control, asked.inputs, self._pause, self._go_on, lambda: self._begin(slot, asked)
        )
        self._relay.start(frames.frame(frames.REQUEST, frames.encode(asked.for_child(self._settings))))

    def _pause(self) -> None:
        self._outbox.listen(False)

    def _go_on(self) -> None:
        if not self._finished:
            self._outbox.listen(True)

    def _begin(self, slot: Slot, asked: request.Request) -> None:
        """The child has everything: the program's time runs."""
        assert self._relay is not None
        self._originals.update(self._relay.originals)
        feed.Feed(self._loop, slot, asked.stdin)
        if self._ending is not None or self._finished:
            return  # the files did not fit, or nobody waits for it any more
        assert self._timer is not None
        self._timer.cancel()
        self._started = time.monotonic()
        self._timer = self._loop.later(asked.timeout, self._on_timeout)

    def _pump(self, stream: Stream) -> Callable[[int], None]:
        def on_output(_: int) -> None:
            self._read(stream)
            if all(each.ended for each in self._streams):
                self._look_at_report()
            elif self._outbox.waiting_bytes > UNREAD_BYTES:
                self._hold_up()

        return on_output

    def _hold_up(self) -> None:
        """Full pipes hold the program up, until the server has read what there is."""
        for stream in self._streams:
            self._loop.forget(stream.descriptor)
        self._outbox.pour(iter(()), self._listen_again)

    def _listen_again(self) -> None:
        if self._ending is None and not self._finished:
            self._listen()

    def _listen(self) -> None:
        for stream in self._streams:
            if not stream.ended:
                self._loop.watch(stream.descriptor, loop.READ, self._pump(stream))

    def _read(self, stream: Stream) -> bool:
        """One read; whether there was something."""
        try:
            data = os.read(stream.descriptor, READ_BYTES)
        except BlockingIOError:
            return False
        if not data:
            stream.ended = True
            self._loop.forget(stream.descriptor)
            return False
        kept = data[: max(0, self._limits.output - stream.total)]
        stream.total += len(data)
        if kept:
            self._outbox.put(frames.frame(stream.kind, kept))
        if stream.total > policy.FLOOD_BYTES:
            self._kill(ending.flooded())
        return True

    # --- the end, in whatever way it comes -----------------------------------------------------------------------

    def _look_at_report(self) -> None:
        """Both streams are closed: the program has reached its end, or has only closed them."""
        if self._ending is not None or self._slot is None:
            return
        told = report.read(self._slot.report)
        if told is None:
            return
        try:
            self._cpu, self._peak = int(told["cpu"]), int(told["peak"])
            self._conclude(ending.reported(told, self._limits))
        except (KeyError, ValueError):
            return  # nonsense in the program's own report; the zygote will tell how it ended

    def _on_exit(self) -> None:
        """The zygote has seen the end of the process."""
        assert self._slot is not None and self._slot.exit is not None
        status, cpu, peak = self._slot.exit
        if self._ending is None:
            self._look_at_report()
        if self._ending is None:
            self._cpu, self._peak = cpu, peak
            self._conclude(self._observed(status))
            return
        if self._cpu == 0:
            self._cpu, self._peak = cpu, peak
        self._send_if_all_is_known()

    def _observed(self, status: int) -> Ending:
        assert self._slot is not None
        if status == -1:
            return ending.interrupted()
        if self._slot.is_out_of_memory():
            return ending.limited("memory", self._limits, self._cpu_limit)
        return ending.observed(status, self._limits, self._cpu_limit)

    def _on_timeout(self) -> None:
        assert self._request is not None
        self._kill(ending.timed_out(self._request.timeout))

    def _on_limit(self, name: str) -> None:
        self._kill(ending.limited(name, self._limits, self._cpu_limit))

    def _kill(self, verdict: Ending) -> None:
        if self._ending is not None or self._slot is None:
            return
        self._decide(verdict)
        self._must_be_dead = True
        self._ask_blocked(self._slot.kill)

    def _ask_blocked(self, then: Callable[[], None]) -> None:
        """Which targets were refused, while the namespaces are there; at once for runs without network."""

        def on_answer(targets: List[str]) -> None:
            self._blocked = targets
            if not self._finished:
                then()

        assert self._slot is not None
        self._slot.cell.ask_blocked(on_answer)

    def _conclude(self, verdict: Ending) -> None:
        """The program is over by itself. Without files the answer need not wait for the teardown."""
        assert self._slot is not None
        self._decide(verdict)
        self._ask_blocked(self._answer)

    def _answer(self) -> None:
        assert self._slot is not None
        if collect.anything(self._slot.work, self._originals):
            self._must_be_dead = True
            self._slot.kill()
        else:
            self._send_end()

    def _decide(self, verdict: Ending) -> None:
        self._ending = verdict
        self._duration = time.monotonic() - self._started
        self._stop_timers()
        for stream in self._streams:
            self._loop.forget(stream.descriptor)
            for _ in range(DRAIN_READS):
                if not self._read(stream):
                    break

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
        self._sent = True
        for stream in self._streams:
            while not stream.ended and self._read(stream):
                pass
        self._outbox.pour(collect.files(slot.work, self._originals, self._collected), self._send_end)

    def _send_end(self) -> None:
        self._sent = True
        self._outbox.put(frames.frame(frames.END, frames.encode(self._end_fields())))
        self._outbox.pour(iter(()), self._take_down)

    def _take_down(self) -> None:
        """The end has been told. The connection closes, and with it the server's slot, when every process is gone."""
        slot = self._slot
        if slot is None or slot.dead:
            self._close()
            return
        slot.on_exit = lambda: None
        slot.on_dead = self._close
        slot.kill()

    def _end_fields(self) -> frames.Fields:
        assert self._ending is not None
        truncated = any(stream.total > self._limits.output for stream in self._streams)
        fields = [
            ("reason", self._ending.reason),
            ("code", self._ending.code),
            ("signal", self._ending.signal),
            ("details", self._ending.details),
            ("duration-us", str(round(self._duration * 1e6))),
            ("cpu-us", str(self._cpu)),
            ("peak-bytes", str(self._peak)),
            ("truncated", "1" if truncated else "0"),
            ("skipped-count", str(self._collected.skipped_count)),
        ]
        fields += [("blocked", target) for target in self._blocked]
        fields += [("skipped", f"{name}\0{reason}") for name, reason in self._collected.skipped]
        encoded = [(name, value.encode("utf-8", "replace")) for name, value in fields]
        if self._request is not None and self._request.shows and self._slot is not None:
            encoded.append(("results", report.read_results(self._slot.report)))
        return encoded

    def cancel(self) -> None:
        """The server does not want it any more, or is gone."""
        self._close()

    def _close(self) -> None:
        if self._finished:
            return
        self._finished = True
        self._stop_timers()
        self._loop.forget(self._connection.fileno())
        self._connection.close()
        for stream in self._streams:
            self._loop.forget(stream.descriptor)
        if self._slot is not None:
            self._slot.on_exit = self._slot.on_dead = lambda: None
            self._slot.release()
        self._on_end(self)
