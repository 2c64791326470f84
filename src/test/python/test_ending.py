"""What the kernel's word on a process says about the program."""

from __future__ import annotations

import signal
import unittest
from unittest import mock

from sandbox.policy import config, policy
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


    def test_limits_are_named_with_what_the_server_allows(self) -> None:
        settings = config.parse(["tier=none", "preload=", "memory-mb=512", "processes=64", "disk-mb=32", "output-bytes=1"])
        told = {"code": b"1", "traceback": b"MemoryError\n"}
        for limit, words in ((b"memory", "512 MB"), (b"processes", "64 processes"), (b"disk", "32 MB")):
            verdict = ending.reported({**told, "limit": limit}, settings)
            self.assertEqual((verdict.reason, verdict.code), (limit.decode(), "1"))
            self.assertRegex(verdict.details, f"(?s)^.*{words}.*\n\nMemoryError$")

    def test_without_an_exception_the_status_says_how_it_ended(self) -> None:
        settings = config.parse(["tier=none", "preload=", "memory-mb=512", "processes=64", "disk-mb=32", "output-bytes=1"])
        for code, expected in ((b"0", ("completed", "0", "")), (b"259", ("error", "3", "Program exited with status 3"))):
            verdict = ending.reported({"code": code, "limit": b""}, settings)
            self.assertEqual((verdict.reason, verdict.code, verdict.details), expected)
            self.assertIsNone(verdict.exception)
        for nonsense in ({"code": b"-1", "limit": b""}, {"code": b"0", "limit": b"patience"}, {"limit": b""}):
            with self.assertRaises((ValueError, KeyError)):
                ending.reported(nonsense, settings)


class SlotTest(unittest.TestCase):
    """What is believed first, where several things have come to pass."""

    settings = config.parse(["tier=none", "preload=", "memory-mb=512", "processes=64", "disk-mb=32", "output-bytes=1"])

    def verdict(self, status: int, stalled: bool = False, out_of_memory: bool = False) -> ending.Ending:
        ended = mock.Mock(exit=[status, 6 * SECOND, 0], has_stalled=stalled)
        ended.is_out_of_memory.return_value = out_of_memory
        return ending.of_slot(ended, self.settings, 10, cpu_before=2 * SECOND)

    def test_the_interpreter_of_a_session_that_gives_up_is_not_called_by_its_status(self) -> None:
        ended = mock.Mock(exit=[policy.BROKEN_STATUS << 8, SECOND, 0])
        self.assertEqual(ending.of_session(ended, self.settings, 10), ending.broken())

    def test_the_cause_is_told_and_not_the_signal_that_came_of_it(self) -> None:
        killed = int(signal.SIGKILL)
        self.assertEqual(self.verdict(-1, True, True).details, ending.restarted().details)
        self.assertEqual(self.verdict(killed, True, True), ending.stalling())
        self.assertEqual(self.verdict(killed, False, True).reason, "memory")
        self.assertEqual((self.verdict(killed).reason, self.verdict(killed).signal), ("killed", "SIGKILL"))
        self.assertEqual(self.verdict(63).signal, "SIG63")
        self.assertEqual((self.verdict(0).reason, self.verdict(0x300).code), ("completed", "3"))

    def test_processor_time_of_earlier_programs_does_not_count(self) -> None:
        self.assertIn("set itself", self.verdict(int(signal.SIGXCPU)).details)


class StoppedTest(unittest.TestCase):
    def test_who_lets_himself_be_interrupted_has_no_signal_and_tells_where_he_was(self) -> None:
        told = {"traceback": b"KeyboardInterrupt\n", "exception-type": b"KeyboardInterrupt", "exception-value": b""}
        verdict = ending.stopped(ending.too_long(1), told)
        self.assertEqual((verdict.reason, verdict.signal, verdict.exception), ("timeout", "", ("KeyboardInterrupt", "")))
        self.assertEqual(verdict.details, "Execution timed out after 1 second\n\nKeyboardInterrupt")
        self.assertEqual(ending.stopped(ending.CANCELLED, {}), ending.CANCELLED)

    def test_who_does_not_ends_with_the_session(self) -> None:
        verdict = ending.stubborn(ending.INTERRUPTED)
        self.assertEqual((verdict.reason, verdict.signal), ("interrupted", "SIGKILL"))
        self.assertIn("session has ended", verdict.details)


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
