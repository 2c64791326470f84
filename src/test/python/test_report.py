"""What a program tells about itself."""

from __future__ import annotations

import unittest

from sandbox import frames, notes, policy, program, report, unhandled


class AmountTest(unittest.TestCase):
    def test_numbers_are_numbers(self) -> None:
        self.assertEqual(report.amount(b"0"), 0)
        self.assertEqual(report.amount(b"1234567890"), 1234567890)

    def test_what_would_not_fit_into_the_answer_is_none(self) -> None:
        for nonsense in (b"", b"-1", b"+1", b" 1", b"1_0", b"1" * 40, b"9" * 19, b"0x1", b"\xd9\xa1", b"1.5"):
            with self.assertRaises(ValueError, msg=nonsense):
                report.amount(nonsense)


class LongestTest(unittest.TestCase):
    def test_the_longest_report_has_room(self) -> None:
        """Each character takes six bytes at most: half of a surrogate pair does."""
        ended = unhandled.Ended(
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
