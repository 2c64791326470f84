"""One program of a session, without an interpreter, on a clock of the test's own."""

from __future__ import annotations

import os
import socket
import unittest
from typing import Any, Dict, List, Tuple
from unittest import mock

import clocks
from sandbox.policy import config, policy
from sandbox.runs import ending, session_run
from sandbox.wire import frames, report


class SessionRunTest(unittest.TestCase):
    """A door to a session, and a slot whose interpreter takes everything and says nothing."""

    def setUp(self) -> None:
        self.clock = clocks.Clock()
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        self.cell = mock.Mock()
        self.cell.renew_rules.side_effect = lambda then: then(True)
        self.slot = mock.Mock(cell=self.cell, control=ours, report=report.create(), stdin=-1, stdout=-1, stderr=-1)
        self.addCleanup(os.close, self.slot.report)
        self.session: Any = mock.Mock(loop=self.clock, slot=self.slot, originals={}, seen_blocked=[], seen_left="", cpu=0)
        self.session.settings = config.parse(
            ["folder=/", "tier=none", "preload=", "memory-mb=512", "processes=64", "disk-mb=64", "output-bytes=1"]
        )

    def begun(self, seconds: int = 60) -> session_run.SessionRun:
        """Whose input of five bytes has not come yet."""
        fields = [("code", b"pass"), ("timeout-ms", b"%d000" % seconds), ("network", b"0"), ("input", b"5\0a")]
        run = session_run.SessionRun(self.session, frames.encode(fields))
        run.begin()
        self.addCleanup(os.close, self.slot.stdin)
        self.assertTrue(run.takes_contents)
        return run

    def kinds(self) -> List[bytes]:
        return [call[0][0] for call in self.session.connection.put.call_args_list]

    def verdict(self, run: session_run.SessionRun) -> Tuple[str, str]:
        assert run._ending is not None
        return run._ending.reason, run._ending.signal

    def test_program_that_is_stopped_before_it_begins_is_killed_when_it_has_had_its_time(self) -> None:
        run = self.begun()
        run.stop(ending.INTERRUPTED)
        self.clock.pass_by(policy.INTERRUPT_SECONDS - 0.1)
        self.assertEqual(run.on_contents(b"12345next"), b"next")
        self.clock.pass_by(policy.INTERRUPT_SECONDS - 0.1)
        self.slot.kill.assert_not_called()
        self.clock.pass_by(0.2)
        self.slot.kill.assert_called_once_with()
        self.assertEqual(self.verdict(run), ("interrupted", "SIGKILL"))

    def test_input_that_does_not_arrive_ends_who_is_to_stop(self) -> None:
        run = self.begun()
        run.stop(ending.CANCELLED)
        self.clock.pass_by(policy.INTERRUPT_SECONDS + 0.1)
        self.slot.kill.assert_called_once_with()
        self.assertEqual(self.verdict(run), ("cancelled", "SIGKILL"))

    def test_time_of_a_program_runs_from_its_own_start(self) -> None:
        run = self.begun(seconds=1)
        self.clock.pass_by(session_run.INPUT_SECONDS - 1)
        self.assertEqual(run.on_contents(b"12345"), b"")
        self.clock.pass_by(0.9)
        self.slot.interrupt.assert_not_called()
        self.clock.pass_by(0.2 + policy.INTERRUPT_SECONDS)
        self.assertEqual(self.verdict(run), ("timeout", "SIGKILL"))

    def test_time_for_the_input_is_over_when_that_has_come(self) -> None:
        run = self.begun(seconds=60)
        run.on_contents(b"12345")
        self.clock.pass_by(2 * session_run.INPUT_SECONDS - 1)
        self.slot.kill.assert_not_called()
        self.slot.interrupt.assert_not_called()

    def test_program_says_how_it_ended_and_its_session_goes_on(self) -> None:
        run = self.begun()
        run.on_contents(b"12345")
        self.assertFalse(run.on_done(), "nothing is written yet: who says so is not the interpreter")
        told: Dict[str, bytes] = {"code": b"0", "limit": b"", "cpu": b"1", "peak": b"2"}
        writer = report.Writer()
        writer.attach(os.dup(self.slot.report))
        writer.done(told)
        with mock.patch.object(run, "_output"):
            self.assertTrue(run.on_done())
        self.assertEqual(self.verdict(run), ("completed", ""))
        self.session.rest.assert_called_once_with()
        self.slot.kill.assert_not_called()
        self.assertEqual(self.kinds(), [frames.STARTED])

    def test_rules_of_the_network_that_cannot_be_renewed_are_the_end(self) -> None:
        self.cell.renew_rules.side_effect = lambda then: then(False)
        fields = [("code", b"pass"), ("timeout-ms", b"1000"), ("network", b"1")]
        run = session_run.SessionRun(self.session, frames.encode(fields))
        run.begin()
        self.slot.kill.assert_called_once_with()
        self.assertEqual((self.verdict(run)[0], self.kinds()), ("killed", [frames.STARTED]))


if __name__ == "__main__":
    unittest.main()
