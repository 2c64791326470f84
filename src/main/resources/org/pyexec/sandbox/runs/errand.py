"""An errand: something is done with the files of a session between two programs, because its client has asked for it.

Files are put and removed by the session's own process (filing.py), and looked at and read through the handle that answers are
collected through (collect.py). What that process says is taken for what it is: it can deceive its own client.
"""

from __future__ import annotations

import errno
import os
from typing import Iterable, Iterator, Optional, Tuple, Union

from . import collect, ending, errand_answers, input_relay, session_door, walk
from ..events import loop
from ..policy import policy
from ..pool import scratch
from ..wire import frames, report, request

SECONDS = 30.0  # for the session's process
_OUTCOMES = {"put": (b"created", b"replaced"), "remove": (b"removed",)}


class Errand:
    """Ends with `errand_over` or `errand_failed` of its session, unless that is closed before."""

    def __init__(self, session: session_door.ErrandDoor, payload: bytes) -> None:
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
        session = self._session
        if self._problem:
            self._answer("invalid", self._problem)
        elif self._asked.what == "read":
            self._pour(errand_answers.content(session.slot.cell, self._asked.name, self._unseen()))
        elif self._asked.what == "list":
            self._pour(errand_answers.listed(session.slot.cell, self._unseen()))
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
            self._answer(outcome, entries=[errand_answers.entry(found)])

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
            return "missing", errand_answers.NO_FILE
        if number == errno.EISDIR:
            return "conflict", "There is a folder of this path."
        if number in (errno.ENOTDIR, errno.ELOOP):
            return "conflict", "A part of this path is there, and no folder."
        return "conflict", f"The session's process could not do it: {os.strerror(number)}."

    def _full(self) -> str:
        disk = self._session.settings.disk >> 20
        return f"The disk of the session, {disk} MB and {policy.SCRATCH_INODES} files, has no room for this file."

    def _unseen(self) -> Optional[bytes]:
        """The name of a file that nobody but the interpreter has had, until it has done something."""
        return None if self._session.has_spoken else os.fsencode(policy.PROGRAM)

    # --- the answer -----------------------------------------------------------------------------------------------------

    def _answer(self, outcome: str, details: str = "", entries: Iterable[bytes] = ()) -> None:
        self._pour(iter([errand_answers.frame(outcome, details, entries)]))

    def _pour(self, pieces: Iterator[bytes]) -> None:
        self.close()
        self.is_answering = True
        self._session.connection.pour(pieces, self._session.errand_over)

    def close(self) -> None:
        """Nothing more is waited for."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
