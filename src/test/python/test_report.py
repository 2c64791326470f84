"""What a program tells about itself."""

from __future__ import annotations

import os
import unittest

from sandbox.policy import policy
from sandbox.program import program
from sandbox.program.execution import tracebacks
from sandbox.wire import frames, notes, report


class AmountTest(unittest.TestCase):
    def test_numbers_are_numbers(self) -> None:
        self.assertEqual(report.amount(b"0"), 0)
        self.assertEqual(report.amount(b"1234567890"), 1234567890)

    def test_what_would_not_fit_into_the_answer_is_none(self) -> None:
        for nonsense in (b"", b"-1", b"+1", b" 1", b"1_0", b"1" * 40, b"9" * 19, b"0x1", b"\xd9\xa1", b"1.5"):
            with self.assertRaises(ValueError, msg=nonsense):
                report.amount(nonsense)


class SizeTest(unittest.TestCase):
    def test_whoever_gets_hold_of_it_makes_it_no_smaller_and_no_larger(self) -> None:
        descriptor = report.create()
        self.addCleanup(os.close, descriptor)
        for size in (0, 2 * report.ALL_BYTES):
            with self.assertRaises(PermissionError):
                os.ftruncate(descriptor, size)
        with self.assertRaises(PermissionError):
            os.pwrite(descriptor, b"x", report.ALL_BYTES)
        self.assertIsNone(report.read(descriptor))
        self.assertFalse(report.is_running(descriptor))
        self.assertEqual(report.read_results(descriptor), b"")


class EarlyTest(unittest.TestCase):
    def test_notes_are_there_before_the_end_and_until_then(self) -> None:
        descriptor = report.create()
        self.addCleanup(os.close, descriptor)
        writer = report.Writer()
        writer.attach(os.dup(descriptor))
        told = notes.Told()
        told.add("Something is to be known.")
        self.assertIsNone(report.read_early(descriptor))

        writer.runs(told.so_far())
        self.assertTrue(report.is_running(descriptor))
        self.assertIsNone(report.read(descriptor))
        self.assertEqual(notes.read(report.read_early(descriptor)), ["Something is to be known."])

        writer.done(told.take())
        self.assertIsNone(report.read_early(descriptor))
        self.assertEqual(notes.read(report.read(descriptor)), ["Something is to be known."])
        self.assertEqual(told.so_far(), {})

    def test_without_notes_nothing_is_told_early(self) -> None:
        descriptor = report.create()
        self.addCleanup(os.close, descriptor)
        writer = report.Writer()
        writer.attach(os.dup(descriptor))
        writer.runs({})
        self.assertEqual(notes.read(report.read_early(descriptor)), [])


class LongestTest(unittest.TestCase):
    def test_the_longest_report_has_room(self) -> None:
        """Each character takes six bytes at most: half of a surrogate pair does."""
        ended = tracebacks.Ended(
            1,
            "\udc80" * (policy.MAX_TRACEBACK_BYTES // 4 + 200),
            "processes",
            ("\udc80" * policy.MAX_EXCEPTION_TYPE, "\udc80" * policy.MAX_EXCEPTION_VALUE),
        )
        for _ in range(notes.MOST):
            program.notes.add("\U0010ffff" * notes.MOST_CHARACTERS + str(_))
        told = program.described(ended, 1e9, 1 << 60)
        self.assertLess(len(frames.encode(told.items())), report.BYTES - 8)


if __name__ == "__main__":
    unittest.main()
