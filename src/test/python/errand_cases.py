"""What tests of errands have in common: the files of a session between two programs, without a session."""

from __future__ import annotations

import os
import socket
import tempfile
import unittest
from typing import Callable, Dict, Iterator, List, Tuple, Union
from unittest import mock

from sandbox.kernel import identities
from sandbox.pool import run_namespace
from sandbox.runs import collect, errand
from sandbox.wire import frames, report


class RecordingLink:
    """Takes at once what is said."""

    def __init__(self) -> None:
        self.said: List[Tuple[bytes, bytes]] = []
        self.pauses = 0

    def put(self, kind: bytes, payload: bytes) -> None:
        self.said.append((kind, payload))

    def pour(self, source: Iterator[bytes], when_taken: Callable[[], None]) -> None:
        for piece in source:
            if piece:
                self.put(piece[:1], piece[frames.HEADER_BYTES :])
            else:
                self.pauses += 1
        when_taken()

    def listen(self, wanted: bool) -> None:
        pass


class Timer:
    def cancel(self) -> None:
        pass


class InlineLoop:
    def __init__(self) -> None:
        self.overdue: List[Callable[[], None]] = []

    def later(self, seconds: float, action: Callable[[], None]) -> Timer:
        self.overdue.append(action)
        return Timer()

    def watch(self, descriptor: int, events: int, handler: Callable[[int], None]) -> None:
        """A queue that has sent everything late has nothing more to send."""

    def forget(self, descriptor: int) -> None:
        pass

    def aside(self, work: Callable[[], object], then: Callable[[Union[object, Exception]], None]) -> None:
        then(work())


class ErrandTestCase(unittest.TestCase):
    """The door, and what stands behind it: a folder on disk, and a process that answers as it is told to."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = os.path.join(folder.name, "work")
        os.mkdir(self.work)
        self.cell = run_namespace.NamespaceCell(identities.Ids(range(0)))
        self.cell.top = os.open(folder.name, os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, self.cell.top)
        self.loop = InlineLoop()
        self.connection = RecordingLink()
        ours, self.theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(self.theirs.close)
        self.slot = mock.Mock(cell=self.cell, control=ours, report=report.create())
        self.addCleanup(os.close, self.slot.report)
        self.settings = mock.Mock(disk=64 << 20)
        self.originals: collect.Originals = {}
        self.listening = self.is_over = False
        self.has_spoken = True
        self.failed: List[str] = []

    def listen_to_interpreter(self) -> None:
        self.listening = True

    def errand_over(self) -> None:
        self.is_over = True

    def errand_failed(self, why: errand.ending.Ending) -> None:
        self.failed.append(why.details)

    def begin(self, what: str, name: str = "", size: int = 0) -> errand.Errand:
        fields = [("what", what.encode()), ("name", name.encode()), ("size", b"%d" % size)]
        begun = errand.Errand(self, frames.encode(fields))
        begun.begin()
        return begun

    def answer(self) -> Dict[str, bytes]:
        self.assertTrue(self.is_over)
        kind, payload = self.connection.said[-1]
        self.assertEqual(kind, frames.ANSWER)
        return dict(frames.decode(payload))

    def entries(self) -> List[List[bytes]]:
        return [value.split(b"\0") for name, value in frames.decode(self.connection.said[-1][1]) if name == "entry"]

    def write(self, name: str, content: bytes = b"x") -> str:
        path = os.path.join(self.work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def content(self) -> bytes:
        return b"".join(payload for kind, payload in self.connection.said if kind == frames.DATA)

    def assertUnread(self, name: str, outcome: bytes) -> None:
        self.connection.said.clear()
        self.begin("read", name)
        self.assertEqual([kind for kind, _ in self.connection.said], [frames.ANSWER], name)
        self.assertEqual(self.answer()["outcome"], outcome, name)
        self.assertTrue(self.answer()["details"])
