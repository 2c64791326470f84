"""What a program tells about itself."""

from __future__ import annotations

import unittest

from sandbox import report


class AmountTest(unittest.TestCase):
    def test_numbers_are_numbers(self) -> None:
        self.assertEqual(report.amount(b"0"), 0)
        self.assertEqual(report.amount(b"1234567890"), 1234567890)

    def test_what_would_not_fit_into_the_answer_is_none(self) -> None:
        for nonsense in (b"", b"-1", b"+1", b" 1", b"1_0", b"1" * 40, b"9" * 19, b"0x1", b"\xd9\xa1", b"1.5"):
            with self.assertRaises(ValueError, msg=nonsense):
                report.amount(nonsense)

class NotesTest(unittest.TestCase):
    def test_notes_are_lines(self) -> None:
        self.assertEqual(report.notes({"notes": "one\ntwo é".encode()}), ["one", "two é"])
        self.assertEqual(report.notes({}), [])

    def test_what_is_no_text_is_left_out(self) -> None:
        self.assertEqual(report.notes({"notes": b"\x1b[2J\nfine\n\n"}), ["fine"])
        self.assertLessEqual(len(report.notes({"notes": b"a\n" * 100_000})), 2048)


if __name__ == "__main__":
    unittest.main()
