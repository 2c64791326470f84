"""What a program prints, up to its limit, and what becomes of the rest."""

from __future__ import annotations

import os
import unittest
from typing import Any, List, Tuple
from unittest import mock

import clocks
from sandbox.policy import policy
from sandbox.runs import output
from sandbox.wire import frames


def kept(limit: int, *pieces: bytes) -> Tuple[List[bytes], output.Stream]:
    stream = output.Stream(-1, frames.STDOUT)
    return [stream.keep(piece, limit) for piece in pieces], stream


class StreamTest(unittest.TestCase):
    def test_what_is_within_the_limit_is_handed_on_as_it_comes(self) -> None:
        got, stream = kept(100, b"ab", "é".encode(), b"")
        self.assertEqual((got, stream.end(), stream.rest()), ([b"ab", "é".encode(), b""], b"", b""))

    def test_no_part_of_a_character_passes_the_limit(self) -> None:
        for text in ("abcdé", "abc€", "ab\U0001f600"):
            got, stream = kept(5, text.encode() + b"more")
            self.assertEqual(got, [text.encode()[:5].decode("utf-8", "ignore").encode()], text)
            self.assertIn(b"more", stream.end())

    def test_character_that_comes_in_pieces_at_the_limit_is_whole_or_absent(self) -> None:
        euro = "€".encode()
        for limit, whole in ((4, True), (3, False)):
            got, stream = kept(limit, b"a", euro[:1], euro[1:2], euro[2:])
            self.assertEqual(b"".join(got) + stream.rest(), b"a" + (euro if whole else b""), limit)

    def test_begun_character_comes_when_nothing_else_does(self) -> None:
        got, stream = kept(4, b"ab\xe2")
        self.assertEqual((got, stream.rest(), stream.rest()), ([b"ab"], b"\xe2", b""))

    def test_end_has_the_last_bytes_and_begins_with_a_character(self) -> None:
        with mock.patch.object(policy, "MAX_END_BYTES", 5):
            _, stream = kept(1, b"x" * 50, "€€".encode())
        self.assertEqual(stream.end(), "€".encode())
        self.assertEqual(stream.total, 56)


class OutputTest(unittest.TestCase):
    def setUp(self) -> None:
        self.ends = [os.pipe(), os.pipe()]
        for read, write in self.ends:
            os.set_blocking(read, False)
        for descriptor in (end for pair in self.ends for end in pair):
            self.addCleanup(os.close, descriptor)
        self.connection = mock.Mock(waiting_bytes=0)
        self.watched: Any = clocks.Clock()
        self.watched.watch = mock.Mock()
        self.watched.forget = mock.Mock()
        self.told: List[str] = []

    def output(self, limit: int = 100) -> output.Output:
        slot: Any = mock.Mock(stdout=self.ends[0][0], stderr=self.ends[1][0])
        flood, ended = lambda: self.told.append("flood"), lambda: self.told.append("ended")
        return output.Output(self.watched, self.connection, slot, limit, ended, flood)

    def put(self) -> List[Tuple[bytes, bytes]]:
        return [call[0] for call in self.connection.put.call_args_list]

    def test_what_is_there_is_drained_and_nobody_is_waited_for(self) -> None:
        os.write(self.ends[0][1], b"out")
        os.write(self.ends[1][1], b"error\xe2")
        self.output(limit=7).drain()  # so near to it that a begun character is kept back
        self.assertEqual(b"".join(data for kind, data in self.put() if kind == frames.STDOUT), b"out")
        self.assertEqual(b"".join(data for kind, data in self.put() if kind == frames.STDERR), b"error\xe2")

    def test_end_of_a_stream_that_was_cut_has_a_name_of_its_own(self) -> None:
        os.write(self.ends[0][1], b"0123456789abc")
        cut = self.output(limit=10)
        cut.drain()
        self.assertTrue(cut.truncated)
        (head, data) = cut.files({"standard-output-end.txt", "standard-output-end-2.txt"})
        self.assertEqual(dict(frames.decode(head[1])), {"name": b"standard-output-end-3.txt", "size": b"3"})
        self.assertEqual(data, (frames.DATA, b"abc"))
        (note,) = cut.notes(set())
        self.assertIn("standard-output-end.txt", note)

    def test_output_that_is_exactly_at_the_limit_is_not_cut(self) -> None:
        os.write(self.ends[0][1], b"0123456789")
        whole = self.output(limit=10)
        whole.drain()
        self.assertEqual((whole.truncated, list(whole.files(set())), self.put()), (False, [], [(frames.STDOUT, b"0123456789")]))

    def test_program_waits_while_the_server_does_not_read(self) -> None:
        held = self.output()
        held.listen()
        os.write(self.ends[0][1], b"x")
        self.connection.waiting_bytes = output.UNREAD_BYTES + 1
        self.watched.watch.call_args_list[0][0][2](0)
        self.assertEqual(self.watched.forget.call_count, 2, "both streams")
        (_, again), _ = self.connection.pour.call_args
        again()
        self.assertEqual(self.watched.watch.call_count, 4)
        held.stop()
        again()
        self.assertEqual(self.watched.watch.call_count, 4, "a run that is over listens no more")

    def test_flood_is_told(self) -> None:
        os.write(self.ends[1][1], b"x" * 100)
        with mock.patch.object(policy, "FLOOD_BYTES", 99):
            self.output().drain()
        self.assertEqual(self.told, ["flood"])


if __name__ == "__main__":
    unittest.main()
