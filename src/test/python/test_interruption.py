"""How a program of a session is stopped, on a clock of the test's own."""

from __future__ import annotations

import os
import unittest
from typing import Any, List
from unittest import mock

import clocks
from sandbox.policy import policy
from sandbox.runs import ending, interruption
from sandbox.wire import report


class InterruptionTest(unittest.TestCase):
    def setUp(self) -> None:
        self.clock: Any = clocks.Clock()
        self.slot = mock.Mock(report=report.create())
        self.addCleanup(os.close, self.slot.report)
        self.writer = report.Writer()
        self.writer.attach(os.dup(self.slot.report))
        self.killed: List[ending.Ending] = []
        self.interruption = interruption.Interruption(self.clock, self.slot, self.killed.append)

    def interrupts(self) -> int:
        return int(self.slot.interrupt.call_count)

    def test_program_is_interrupted_twice_and_killed_where_it_does_not_stop(self) -> None:
        self.writer.runs({})
        self.interruption.begin(ending.INTERRUPTED)
        self.assertEqual(self.interrupts(), 1)
        self.clock.pass_by(policy.INTERRUPT_SECONDS - 0.1)
        self.assertEqual((self.interrupts(), self.killed), (2, []))
        self.clock.pass_by(0.2)
        self.assertEqual([each.reason for each in self.killed], ["interrupted"])
        self.assertIn("did not stop", self.killed[0].details)

    def test_program_whose_input_still_arrives_is_interrupted_once_it_has_begun(self) -> None:
        self.interruption.begin(ending.INTERRUPTED)
        self.clock.pass_by(0.5)
        self.assertEqual(self.interrupts(), 0)
        self.writer.runs({})
        self.clock.pass_by(2 * interruption.LOOK_SECONDS)
        self.assertEqual(self.interrupts(), 1)

    def test_program_that_begins_after_the_order_has_its_whole_time_from_there_and_no_more(self) -> None:
        self.interruption.begin(ending.CANCELLED)
        self.clock.pass_by(policy.INTERRUPT_SECONDS - 0.1)
        self.interruption.restart()
        self.writer.runs({})
        self.clock.pass_by(policy.INTERRUPT_SECONDS - 0.1)
        self.assertEqual(self.killed, [])
        self.clock.pass_by(0.2)
        self.assertEqual([each.reason for each in self.killed], ["cancelled"])

    def test_program_that_nobody_has_stopped_has_no_such_time(self) -> None:
        self.interruption.restart()
        self.clock.pass_by(10 * policy.INTERRUPT_SECONDS)
        self.assertEqual((self.killed, self.interrupts()), ([], 0))

    def test_the_first_order_is_the_reason_and_each_interrupts(self) -> None:
        self.writer.runs({})
        for order in (ending.CANCELLED, ending.INTERRUPTED, ending.INTERRUPTED):
            self.interruption.begin(order)
        self.assertEqual(self.interrupts(), 3)
        self.assertIs(self.interruption.order, ending.CANCELLED)

    def test_nothing_goes_on_after_the_end_however_many_orders_came(self) -> None:
        """What went on would interrupt the next program of the session."""
        for _ in range(3):
            self.interruption.begin(ending.INTERRUPTED)
        self.clock.pass_by(0.05)
        self.interruption.end()
        self.writer.runs({})
        self.clock.pass_by(10 * policy.INTERRUPT_SECONDS)
        self.assertEqual((self.interrupts(), self.killed), (0, []))


if __name__ == "__main__":
    unittest.main()
