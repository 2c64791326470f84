"""Frames and fields, as docs/protocol.md has them."""

from __future__ import annotations

import unittest

from sandbox.wire import frames


class FieldsTest(unittest.TestCase):
    FIELDS = [("code", b"pass\0\xff"), ("arg", b""), ("arg", b"x" * 300)]

    def test_bytes_are_those_of_the_document(self) -> None:
        self.assertEqual(frames.encode([("ab", b"xyz")]), b"\x02ab\x00\x00\x00\x03xyz")
        self.assertEqual(frames.frame(b"X", b"ab"), b"X\x00\x00\x00\x02ab")

    def test_fields_come_back_in_their_order_with_those_of_one_name(self) -> None:
        self.assertEqual(frames.decode(frames.encode(self.FIELDS)), self.FIELDS)
        self.assertEqual(frames.decode(b""), [])

    def test_fields_that_are_cut_anywhere_are_malformed(self) -> None:
        whole = frames.encode(self.FIELDS[:1])
        for length in range(1, len(whole)):
            with self.assertRaises(frames.ProtocolError, msg=length):
                frames.decode(whole[:length])

    def test_lengths_that_lie_and_names_that_are_not_ascii_are_malformed(self) -> None:
        for payload in (b"\x01a\xff\xff\xff\xff" + b"x" * 100, b"\xffab", b"\x01\xe9\x00\x00\x00\x00"):
            with self.assertRaises(frames.ProtocolError, msg=payload):
                frames.decode(payload)

    def test_more_fields_than_are_allowed_are_malformed(self) -> None:
        self.assertEqual(len(frames.decode(frames.encode(self.FIELDS), most=3)), 3)
        with self.assertRaises(frames.ProtocolError):
            frames.decode(frames.encode(self.FIELDS), most=2)


class ReaderTest(unittest.TestCase):
    def test_frames_come_whole_however_their_bytes_come(self) -> None:
        sent = frames.frame(b"R", b"first") + frames.frame(b"C", b"") + frames.frame(b"R", b"last")
        for size in (1, 3, len(sent)):
            reader = frames.Reader(limit=5)
            got = []
            for begin in range(0, len(sent), size):
                reader.feed(sent[begin : begin + size])
                while (each := reader.next()) is not None:
                    got.append(each)
            self.assertEqual(got, [(b"R", b"first"), (b"C", b""), (b"R", b"last")], size)

    def test_frame_above_the_limit_is_refused_before_its_payload_comes(self) -> None:
        reader = frames.Reader(limit=5)
        reader.feed(frames.frame(b"R", b"123456")[: frames.HEADER_BYTES])
        with self.assertRaises(frames.ProtocolError):
            reader.next()

    def test_header_says_what_follows(self) -> None:
        self.assertEqual(frames.header(frames.frame(b"D", b"abc")[: frames.HEADER_BYTES]), (b"D", 3))


if __name__ == "__main__":
    unittest.main()
