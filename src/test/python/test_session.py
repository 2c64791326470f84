"""What a session says when it ends while something is done with its files."""

from __future__ import annotations

import os
import socket
import tempfile
import unittest
from typing import Dict, List, Tuple
from unittest import mock

from sandbox.events import loop
from sandbox.kernel import identities
from sandbox.pool import run_namespace
from sandbox.runs import ending, session
from sandbox.wire import frames, report


def order(what: str, size: int = 0) -> bytes:
    return frames.encode([("what", what.encode()), ("name", b"a"), ("size", b"%d" % size)])


class EndingTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        os.mkdir(os.path.join(folder.name, "work"))
        cell = run_namespace.NamespaceCell(identities.Ids(range(0)))
        cell.top = os.open(folder.name, os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, cell.top)
        self.connection = mock.Mock()
        self.ours, self.theirs = socket.socketpair()
        self.addCleanup(self.ours.close)
        self.addCleanup(self.theirs.close)
        self.session = session.Session(loop.Loop(), self.connection, mock.Mock(), mock.Mock(disk=1 << 20), lambda task: None)
        self.slot = mock.Mock(cell=cell, control=self.ours, report=report.create(), exit=None, dead=False)
        self.addCleanup(os.close, self.slot.report)
        self.session._slot = self.slot
        self.session._watcher = mock.Mock()
        self.session._word, other = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self.addCleanup(os.close, other)
        self.addCleanup(self.session._stop)

    def said(self) -> List[Tuple[bytes, Dict[str, bytes]]]:
        return [(call[0][0], dict(frames.decode(call[0][1]))) for call in self.connection.put.call_args_list]

    def test_end_while_the_process_is_waited_for_is_told_at_once_and_what_still_comes_is_taken(self) -> None:
        self.session.on_frame(frames.ERRAND, order("put", 10))
        self.assertEqual(self.session.on_contents(b"12345"), b"")
        self.session._on_idle_limit("sessions")
        started, gone = self.said()
        self.assertEqual((started[0], gone[0], gone[1]["reason"]), (frames.STARTED, frames.GONE, b"processes"))
        self.assertTrue(self.session.takes_contents())
        self.assertEqual(self.session.on_contents(b"67890"), b"")
        self.assertEqual(len(self.said()), 2)

    def test_end_while_an_answer_is_given_follows_it(self) -> None:
        self.session.on_frame(frames.ERRAND, order("list"))
        (_, taken), _ = self.connection.pour.call_args
        self.session._finish(ending.without_rules())
        self.slot.kill.assert_called_once_with()
        self.assertEqual(self.said(), [], "nothing comes between the pieces of an answer")
        taken()
        ((kind, fields),) = self.said()
        self.assertEqual((kind, fields["reason"]), (frames.GONE, b"killed"))

    def test_end_of_the_process_while_an_answer_is_given_follows_it(self) -> None:
        self.session.on_frame(frames.ERRAND, order("list"))
        (_, taken), _ = self.connection.pour.call_args
        self.slot.exit = [0x300, 0, 0]
        self.slot.has_stalled = False
        self.slot.is_out_of_memory.return_value = False
        self.session._on_exit()
        self.assertEqual(self.said(), [])
        taken()
        ((kind, fields),) = self.said()
        self.assertEqual((kind, fields["details"]), (frames.GONE, b"Program exited with status 3"))

    def test_one_thing_is_done_at_a_time(self) -> None:
        self.session.on_frame(frames.ERRAND, order("put", 1))
        before = self.session._errand
        self.session.on_frame(frames.ERRAND, order("list"))
        self.session.on_frame(frames.REQUEST, b"")
        self.session.on_frame(frames.INTERRUPT, b"interrupted")
        self.assertIs(self.session._errand, before)
        self.assertIsNone(self.session._run)
        self.slot.interrupt.assert_not_called()
        self.session._errand = None
        self.session._run = mock.Mock()
        self.session.on_frame(frames.ERRAND, order("list"))
        self.assertIsNone(self.session._errand)
        self.session._run = None

    def test_word_that_nobody_has_written_an_answer_for_is_the_end(self) -> None:
        self.session.on_frame(frames.ERRAND, order("remove"))
        with mock.patch.object(os, "read", return_value=b"d"), mock.patch.object(self.session, "_finish") as finish:
            self.session._on_word(0)
            self.assertIsNotNone(self.session._timer)
            self.session._timer.ring()
        self.assertIn("descriptors", finish.call_args[0][0].details)


if __name__ == "__main__":
    unittest.main()
