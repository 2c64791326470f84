"""The account of a program's end, as it goes to the server."""

from __future__ import annotations

from typing import List, NamedTuple, Optional, Sequence

from . import collect
from ..wire import frames
from .ending import Ending


class RunReport(NamedTuple):
    ending: Ending
    seconds: float
    cpu: int  # microseconds
    peak: int  # bytes
    truncated: bool
    collected: collect.Collected
    blocked: List[str]
    results: Optional[bytes]  # None when they were not wanted
    notes: Sequence[str] = ()  # sentences
    session: str = ""  # "open" or "ended" for a program of a session

    def fields(self) -> frames.Fields:
        texts = [
            ("reason", self.ending.reason),
            ("code", self.ending.code),
            ("signal", self.ending.signal),
            ("details", self.ending.details),
            ("duration-us", str(round(self.seconds * 1e6))),
            ("cpu-us", str(self.cpu)),
            ("peak-bytes", str(self.peak)),
            ("truncated", "1" if self.truncated else "0"),
            ("skipped-count", str(self.collected.skipped_count)),
        ]
        if self.ending.exception is not None:
            texts += zip(("exception-type", "exception-value"), self.ending.exception)
        if self.session:
            texts.append(("session", self.session))
        texts += [("note", sentence) for sentence in self.notes]
        texts += [("blocked", target) for target in self.blocked]
        texts += [("skipped", f"{name}\0{reason}") for name, reason in self.collected.skipped]
        encoded = [(name, value.encode("utf-8", "replace")) for name, value in texts]
        if self.results is not None:
            encoded.append(("results", self.results))
        return encoded
