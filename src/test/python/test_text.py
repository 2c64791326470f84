"""Text is cut between characters."""

from __future__ import annotations

import unittest
from unittest import mock

from sandbox.policy import policy
from sandbox.runs import output
from sandbox.wire import frames, notes, text

CHARACTERS = "aé€😀"


class TextTest(unittest.TestCase):
    def test_no_cut_leaves_a_part_of_a_character(self) -> None:
        data = (CHARACTERS * 3).encode()
        for length in range(len(data) + 1):
            whole = text.whole_characters(data[:length])
            data[:whole].decode("utf-8")
            self.assertGreaterEqual(whole, length - 3)

    def test_bytes_that_are_no_text_are_characters_each(self) -> None:
        for data in (b"", b"\x80" * 9, b"a\x80", b"\xff"):
            self.assertGreaterEqual(text.whole_characters(data), len(data) - 1)

    def test_bytes_of_a_text_end_with_a_character(self) -> None:
        for most in range(25):
            self.assertTrue((CHARACTERS * 2).startswith(text.encoded(CHARACTERS * 2, most).decode("utf-8")))
            self.assertLessEqual(len(text.encoded(CHARACTERS * 2, most)), most)
        self.assertEqual(text.encoded(CHARACTERS, 100), CHARACTERS.encode())

    def test_what_is_cut_says_so(self) -> None:
        self.assertEqual(text.beginning("abc", 3), "abc")
        self.assertEqual(text.beginning("😀😀😀😀", 3), "😀😀…")


class StreamTest(unittest.TestCase):
    def test_output_in_pieces_of_any_length_is_cut_between_characters(self) -> None:
        data = (CHARACTERS * 5).encode()
        for limit in range(1, len(data) + 4):
            for length in range(1, 8):
                stream = output.Stream(-1, frames.STDOUT)
                pieces = [data[at : at + length] for at in range(0, len(data), length)]
                kept = b"".join([stream.keep(piece, limit) for piece in pieces] + [stream.rest()])
                self.assertTrue(data.startswith(kept))
                self.assertEqual(kept, data[: text.whole_characters(data[:limit])], (limit, length))
                self.assertEqual(stream.total, len(data))

    def test_what_is_not_kept_is_in_the_end_and_no_more_than_fits_there(self) -> None:
        data = (CHARACTERS * 3).encode()
        for limit in range(len(data)):
            for most in range(4, 40):
                stream = output.Stream(-1, frames.STDOUT)
                with mock.patch.object(policy, "MAX_END_BYTES", most):
                    kept = b"".join(stream.keep(data[at : at + 5], limit) for at in range(0, len(data), 5))
                end = stream.end()
                end.decode("utf-8")
                self.assertLessEqual(len(end), most)
                self.assertTrue(data.endswith(end))
                self.assertTrue(len(end) > most - 4 or kept + end == data)

    def test_what_ends_in_the_middle_of_a_character_is_handed_on_at_last(self) -> None:
        stream = output.Stream(-1, frames.STDOUT)
        self.assertEqual(stream.keep(b"a\xe2", 3) + stream.rest(), b"a\xe2")


class NotesTest(unittest.TestCase):
    def test_sentences_of_a_program_come_out_as_they_were_told_and_once(self) -> None:
        told = notes.Told()
        for sentence in ("One\nline.", "Another.", "Another."):
            told.add(sentence)
        self.assertEqual(notes.read(told.take()), ["One line.", "Another."])
        self.assertEqual(told.take(), {})

    def test_nonsense_in_a_report_is_bounded_and_visible(self) -> None:
        read = notes.read({"notes": b"\x1b[2J\xff\n" * 1000 + "é".encode() * 100_000})
        self.assertLessEqual(len(read), notes.MOST)
        read += notes.read({"notes": "😀".encode() * 100_000})
        for sentence in read:
            self.assertLessEqual(len(sentence), notes.MOST_CHARACTERS)
            self.assertTrue(sentence.isprintable())
        self.assertEqual(notes.read(None), [])


if __name__ == "__main__":
    unittest.main()
