"""An errand: something is done with the files of a session between two programs, because its client has asked for it.

Files are put and removed by the session's own process (filing.py), and looked at and read through the handle that answers are
collected through (collect.py). What that process says is taken for what it is: it can deceive its own client.
"""

from __future__ import annotations

import errno
import os
from typing import Iterable, Iterator, List, Optional, Tuple, Union

from . import collect, ending, input_relay, walk
from ..events import loop
from ..events.connection import Connection
from ..policy import config, policy
from ..pool import scratch
from ..wire import frames, report, request
from ..pool.slot import Slot

SECONDS = 30.0  # for the session's process
MOST_LISTED = 1000
MOST_LISTED_BYTES = 256 << 10  # of their names
_OUTCOMES = {"put": (b"created", b"replaced"), "remove": (b"removed",)}
_NO_FILE = "There is no file of this path in the session."


class ErrandDoor:
    """What an errand needs from its session."""

    loop: loop.Loop
    connection: Connection
    slot: Slot
    settings: config.Config
    originals: collect.Originals
    has_spoken: bool  # the interpreter; until then the file of a program lies there that a session does not have

    def listen_to_interpreter(self) -> None:
        raise NotImplementedError

    def errand_over(self) -> None:
        """Its answer has been taken."""
        raise NotImplementedError

    def errand_failed(self, why: ending.Ending) -> None:
        """And the session with it, which has to be told of."""
        raise NotImplementedError


class Errand:
    """Ends with `errand_over` or `errand_failed` of its session, unless that is closed before."""

    def __init__(self, session: ErrandDoor, payload: bytes) -> None:
        """Raises frames.ProtocolError, KeyError or ValueError."""
        self.is_answering = False  # nothing else may be said now
        self._session = session
        self._closed = False
        self._relay: Optional[input_relay.InputRelay] = None
        self._timer: Optional[loop.Timer] = None
        self._problem = ""
        try:
            self._asked = request.parse_errand(payload)
        except request.BadName as e:
            self._problem = str(e)

    def begin(self) -> None:
        if self._problem:
            self._answer("invalid", self._problem)
        elif self._asked.what == "read":
            self._pour(self._content())
        elif self._asked.what == "list":
            self._pour(self._list())
        else:
            self._timer = self._session.loop.later(SECONDS, lambda: self._session.errand_failed(ending.unanswered(SECONDS)))
            self._measure()

    # --- what the session's process does --------------------------------------------------------------------------------

    def _measure(self) -> None:
        """Where the kernel keeps no limit of the disk, there is none to be met: what does not fit is refused ahead."""

        def on_measured(usage: Union[Optional[scratch.Usage], Exception]) -> None:
            if self._closed:
                return
            if isinstance(usage, scratch.Usage) and self._is_too_much(usage):
                self._answer("full", self._full())
            else:
                self._hand_over()

        cell = self._session.slot.cell
        if not self._asked.inputs or cell.way == "namespaces":
            self._hand_over()
            return
        try:
            self._session.loop.aside(lambda: cell.usage([]), on_measured)
        except RuntimeError as e:  # no thread just now: whoever watches the limit ends the session, if it comes to that
            on_measured(e)

    def _is_too_much(self, usage: scratch.Usage) -> bool:
        return usage.size + self._asked.size > self._session.settings.disk or usage.inodes >= policy.SCRATCH_INODES

    def _hand_over(self) -> None:
        session, asked = self._session, self._asked
        assert session.slot.control is not None
        report.clear(session.slot.report)
        if asked.inputs:
            session.connection.put(frames.STARTED, b"")
        self._relay = input_relay.InputRelay(
            session.loop,
            session.slot.control,
            asked.inputs,
            lambda: session.connection.listen(False),
            lambda: session.connection.listen(True),
            self._on_handed_over,
        )
        self._relay.start(frames.frame(frames.ERRAND, frames.encode(asked.for_child())))

    @property
    def takes_contents(self) -> bool:
        return self._relay is not None and not self._relay.is_done

    def on_contents(self, data: bytes) -> bytes:
        assert self._relay is not None
        return self._relay.feed(data)

    def _on_handed_over(self) -> None:
        if not self._closed:
            self._session.listen_to_interpreter()

    def on_done(self) -> bool:
        """The interpreter says that it has done it; False if it was not the interpreter who said it."""
        if self._closed:
            return True
        told = report.read(self._session.slot.report)
        if told is None:
            return False
        number, outcome = told.get("errno", b""), told.get("outcome", b"")
        if number.isdigit() and len(number) < 5:
            self._answer(*self._refusal(int(number)))
            return True
        if outcome not in _OUTCOMES[self._asked.what]:
            return False
        self._session.originals.pop(self._asked.name, None)
        self._tell(outcome.decode())
        return True

    def _tell(self, outcome: str) -> None:
        if self._asked.what == "remove":
            self._answer(outcome)
            return
        try:
            with collect.opened(self._session.slot.cell) as work:
                found = walk.look(work, self._asked.name)
        except OSError:
            found = walk.Found(self._asked.name, 0, "gone")
        if found.problem:
            self._answer("conflict", "The session's own processes have taken the file away again.")
        else:
            self._note()
            self._answer(outcome, entries=[_entry(found)])

    def _note(self) -> None:
        """What the client has put himself is no news for him at the end of the next program. No more is noted than may lie
        there: the session's processes may take each file away at once."""
        assert self._relay is not None
        originals = self._session.originals
        size = sum(map(len, originals)) + len(self._asked.name)
        if len(originals) < walk.MOST_ENTRIES and size <= policy.MAX_NAMES_BYTES:
            originals.update(self._relay.originals)

    def _refusal(self, number: int) -> Tuple[str, str]:
        """Of an error of errno(3)."""
        if number in request.FULL:
            return "full", self._full()
        if self._asked.what == "remove" and number in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            return "missing", _NO_FILE
        if number == errno.EISDIR:
            return "conflict", "There is a folder of this path."
        if number in (errno.ENOTDIR, errno.ELOOP):
            return "conflict", "A part of this path is there, and no folder."
        return "conflict", f"The session's process could not do it: {os.strerror(number)}."

    def _full(self) -> str:
        disk = self._session.settings.disk >> 20
        return f"The disk of the session, {disk} MB and {policy.SCRATCH_INODES} files, has no room for this file."

    # --- what is looked at ----------------------------------------------------------------------------------------------

    def _content(self) -> Iterator[bytes]:
        """Frames of a file and of the answer; empty pieces are pauses."""
        try:
            with collect.opened(self._session.slot.cell) as work:
                if self._is_no_file(self._asked.name):
                    raise FileNotFoundError
                found = walk.look(work, self._asked.name)
                problem = found.problem or _too_large(found.size)
                if problem:
                    yield _frame("conflict", f"What lies at this path is not handed out: {problem}.")
                    return
                descriptor = walk.open_beneath(work, found)
        except PermissionError:
            yield _frame("conflict", "What lies at this path cannot be read, or is being changed.")
            return
        except OSError:
            yield _frame("missing", _NO_FILE)
            return
        try:
            yield from collect.content(descriptor, found, None)
        finally:
            os.close(descriptor)
        yield _frame("read")

    def _list(self) -> Iterator[bytes]:
        seen = walk.Walk(skipped=())
        try:
            with collect.opened(self._session.slot.cell) as work:
                while seen.goes_on(work):
                    yield b""
        except OSError:
            pass  # the folder has gone: what has been seen is all
        seen.found.sort()
        collected = collect.Collected()
        entries: List[bytes] = []
        left = MOST_LISTED_BYTES
        is_cut = seen.is_cut
        for found in seen.found:
            if found.problem:
                yield from collect.skip(collected, found, found.problem)
            elif not self._is_no_file(found.raw):
                entry = _entry(found) if left > 0 and len(entries) < MOST_LISTED else b""
                left -= len(entry)
                if entry and left >= 0:
                    entries.append(entry)
                else:
                    is_cut = True
                yield b""  # to show a long name takes milliseconds
        yield _frame("listed", entries=entries, is_cut=is_cut, collected=collected)

    def _is_no_file(self, name: bytes) -> bool:
        """Nobody but the interpreter has had a file of this name until it has done something."""
        return not self._session.has_spoken and name == os.fsencode(policy.PROGRAM)

    # --- the answer -----------------------------------------------------------------------------------------------------

    def _answer(self, outcome: str, details: str = "", entries: Iterable[bytes] = ()) -> None:
        self._pour(iter([_frame(outcome, details, entries)]))

    def _pour(self, pieces: Iterator[bytes]) -> None:
        self.close()
        self.is_answering = True
        self._session.connection.pour(pieces, self._session.errand_over)

    def close(self) -> None:
        """Nothing more is waited for."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()


def _too_large(size: int) -> str:
    return f"larger than {policy.MAX_FILE_BYTES >> 20} MB" if size > policy.MAX_FILE_BYTES else ""


def _entry(found: walk.Found) -> bytes:
    return b"%d\0%d\0%s" % (found.size, found.written, found.name.encode())


def _frame(
    outcome: str,
    details: str = "",
    entries: Iterable[bytes] = (),
    is_cut: bool = False,
    collected: Optional[collect.Collected] = None,
) -> bytes:
    fields = [("outcome", outcome.encode()), ("details", details.encode()), ("truncated", b"1" if is_cut else b"0")]
    fields += [("entry", entry) for entry in entries]
    if collected is not None:
        fields.append(("skipped-count", b"%d" % collected.skipped_count))
        fields += [("skipped", f"{name}\0{reason}".encode()) for name, reason in collected.skipped]
    return frames.frame(frames.ANSWER, frames.encode(fields))
