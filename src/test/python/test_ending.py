"""What the kernel's word on a process says about the program."""

from __future__ import annotations

import signal
import unittest

from sandbox.policy import config
from sandbox.runs import ending

SECOND = 1_000_000


class ProcessorTimeTest(unittest.TestCase):
    def observed(self, cpu: int) -> ending.Ending:
        settings = config.parse(
            ["folder=/", "tier=none", "preload=", "memory-mb=512", "processes=64", "disk-mb=64", "output-bytes=1"]
        )
        return ending.observed(int(signal.SIGXCPU), settings, 10, cpu)

    def test_the_limit_ends_programs_also_where_clocks_differ(self) -> None:
        for cpu in (10 * SECOND, 9 * SECOND):
            self.assertEqual(self.observed(cpu).reason, "cpu")
            self.assertIn("of 10 seconds", self.observed(cpu).details)

    def test_a_limit_that_the_program_has_lowered_is_not_called_the_servers(self) -> None:
        own = self.observed(SECOND - SECOND // 8)
        self.assertEqual(own.reason, "cpu")
        self.assertNotIn("10", own.details)

    def test_a_signal_that_somebody_has_sent_is_no_limit(self) -> None:
        self.assertEqual(self.observed(SECOND // 100).reason, "killed")


class ReportedTest(unittest.TestCase):
    def test_the_exception_is_told_whatever_limit_was_behind_it(self) -> None:
        settings = config.parse(
            ["folder=/", "tier=none", "preload=", "memory-mb=512", "processes=64", "disk-mb=64", "output-bytes=1"]
        )
        for limit in (b"files", b"memory", b"disk", b"processes", b""):
            told = {"code": b"1", "traceback": b"OSError: no", "limit": limit, "exception-type": b"OSError", "exception-value": b"no"}
            self.assertEqual(ending.reported(told, settings).exception, ("OSError", "no"), limit)


class LastWordsTest(unittest.TestCase):
    KILLED = ending.Ending("killed", "", "SIGINT", "Program was ended by signal SIGINT")
    TOLD = {
        "signal": b"2",
        "traceback": b"Traceback\nKeyboardInterrupt: stop\n",
        "exception-type": b"KeyboardInterrupt",
    }

    def test_who_ends_himself_by_a_signal_has_told_what_was_raised(self) -> None:
        verdict = ending.with_last_words(self.KILLED, self.TOLD)
        self.assertEqual(verdict.details, "Program was ended by signal SIGINT\n\nTraceback\nKeyboardInterrupt: stop")
        self.assertEqual(verdict.exception, ("KeyboardInterrupt", ""))
        self.assertEqual((verdict.reason, verdict.signal), ("killed", "SIGINT"))

    def test_it_changes_no_other_ending(self) -> None:
        for verdict in (ending.timed_out(1), ending.restarted(), ending.Ending("error", "3", "", "x"), ending.stalling()):
            told = {} if verdict.reason == "killed" else self.TOLD
            self.assertEqual(ending.with_last_words(verdict, told), verdict)


if __name__ == "__main__":
    unittest.main()
