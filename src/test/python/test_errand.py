"""What the session's process does with its files, and what is believed of what it says."""

from __future__ import annotations

import errno
import os
import unittest
from typing import Dict
from unittest import mock

import errand_cases
from sandbox.policy import policy
from sandbox.pool import scratch
from sandbox.runs import collect, errand, walk
from sandbox.wire import frames, report


class ErrandTest(errand_cases.ErrandTestCase):
    def process_says(self, begun: errand.Errand, told: Dict[str, bytes]) -> bool:
        writer = report.Writer()
        writer.attach(os.dup(self.slot.report))
        writer.done(told)
        return begun.on_done()

    def put(self, name: str, content: bytes) -> errand.Errand:
        begun = self.begin("put", name, len(content))
        self.assertEqual(self.connection.said, [(frames.STARTED, b"")])
        self.assertTrue(begun.takes_contents or not content)
        self.assertEqual(begun.on_contents(content + b"rest"), b"rest")
        self.assertTrue(self.listening)
        return begun

    def test_content_goes_to_the_process_and_what_came_of_it_back(self) -> None:
        begun = self.put("a%0Ab", b"12345")
        kind, length = frames.header(self.theirs.recv(frames.HEADER_BYTES))
        self.assertEqual(kind, frames.ERRAND)
        self.assertEqual(frames.decode(self.theirs.recv(length)), [("input", b"5\0a\nb")])
        self.assertEqual(self.theirs.recv(100), b"12345")
        self.write("a\nb", b"12345")
        self.assertTrue(self.process_says(begun, {"outcome": b"created"}))
        self.assertEqual(self.answer()["outcome"], b"created")
        self.assertEqual([entry[0::2] for entry in self.entries()], [[b"5", b"a%0Ab"]])
        self.assertEqual(self.originals[b"a\nb"].size, 5)

    def test_process_that_lies_says_nothing_about_files_that_are_not_there(self) -> None:
        begun = self.put("a", b"12345")
        self.assertTrue(self.process_says(begun, {"outcome": b"created"}))
        self.assertEqual(self.answer()["outcome"], b"conflict")

    def test_nothing_is_remembered_of_files_that_are_not_there(self) -> None:
        self.originals[b"a"] = collect.Original(1, b"before")
        for number in range(20):
            self.connection.said.clear()
            self.assertTrue(self.process_says(self.put("a" if number == 0 else f"{number}", b""), {"outcome": b"created"}))
        self.assertEqual(self.originals, {})

    def test_no_more_is_remembered_of_files_than_may_lie_there(self) -> None:
        def put(name: str) -> None:
            self.connection.said.clear()
            begun = self.put(name, b"")
            self.write(name, b"")
            self.assertTrue(self.process_says(begun, {"outcome": b"created"}))
            os.unlink(os.path.join(self.work, name))

        with mock.patch.object(walk, "MOST_ENTRIES", 10):
            for number in range(20):
                put(f"{number}")
            self.assertEqual(len(self.originals), 10)
            put("9")
            self.assertEqual(len(self.originals), 10, "what is noted already is noted again")
        self.originals.clear()
        with mock.patch.object(policy, "MAX_NAMES_BYTES", 1000):
            for number in range(20):
                put(f"{number:02}" + "n" * 198)
        self.assertEqual(len(self.originals), 5)

    def test_nonsense_is_no_answer(self) -> None:
        for told in ({}, {"outcome": b"removed"}, {"outcome": b"\xff" * 1000}, {"errno": b"-1"}, {"errno": b"9" * 30}):
            self.connection.said.clear()
            begun = self.put("a", b"12345")
            self.assertFalse(self.process_says(begun, told), told)
            self.assertFalse(self.is_over)
        self.assertFalse(begun.on_done() and self.is_over)

    def test_errors_of_the_process_become_words_of_ours(self) -> None:
        for number, what, outcome in (
            (errno.ENOSPC, "put", b"full"),
            (errno.EFBIG, "put", b"full"),
            (errno.EISDIR, "put", b"conflict"),
            (errno.ENOTDIR, "put", b"conflict"),
            (errno.EACCES, "remove", b"conflict"),
            (errno.ENOENT, "remove", b"missing"),
            (errno.ELOOP, "remove", b"missing"),
            (errno.EISDIR, "remove", b"conflict"),
            (4000, "remove", b"conflict"),
        ):
            self.connection.said.clear()
            begun = self.begin(what, "a") if what == "remove" else self.put("a", b"x")
            self.originals = {b"a": collect.Original(1, b"before")}
            self.assertTrue(self.process_says(begun, {"errno": b"%d" % number}))
            self.assertEqual(self.answer()["outcome"], outcome, number)
            self.assertTrue(self.answer()["details"])
            self.assertIn(b"a", self.originals)

    def test_removed_file_is_news_when_it_comes_again(self) -> None:
        self.originals[b"a"] = collect.Original(1, b"digest")
        begun = self.begin("remove", "a")
        self.assertEqual(self.connection.said, [], "nothing is asked of the server")
        self.assertTrue(self.process_says(begun, {"outcome": b"removed"}))
        self.assertEqual((self.answer()["outcome"], self.originals), (b"removed", {}))

    def test_process_that_does_not_answer_is_the_end_of_the_session(self) -> None:
        self.put("a", b"x")
        (overdue,) = self.loop.overdue
        overdue()
        self.assertEqual(self.failed, ["The interpreter of the session did not answer within 30 seconds"])

    def test_closed_errand_drinks_what_still_comes_and_says_nothing(self) -> None:
        begun = self.begin("put", "a", 10)
        begun.on_contents(b"12345")
        begun.close()
        self.assertTrue(begun.takes_contents)
        self.assertEqual(begun.on_contents(b"67890rest"), b"rest")
        self.assertFalse(self.listening)
        self.assertTrue(begun.on_done())
        self.assertEqual(self.connection.said, [(frames.STARTED, b"")])

    def test_what_does_not_fit_on_a_disk_that_is_only_counted_is_refused_ahead(self) -> None:
        self.slot.cell = mock.Mock(way="folder", top=self.cell.top)
        self.slot.cell.usage.return_value = scratch.Usage(64 << 20, 3)
        self.begin("put", "a", 1)
        self.assertEqual(self.answer()["outcome"], b"full")
        self.slot.cell.usage.return_value = scratch.Usage(0, policy.SCRATCH_INODES)
        self.begin("put", "a", 1)
        self.assertEqual(self.answer()["outcome"], b"full")
        self.slot.cell.usage.return_value = scratch.Usage((64 << 20) - 1, 3)
        self.connection.said.clear()
        self.put("a", b"x")

    def test_errand_that_nobody_knows_is_malformed(self) -> None:
        for fields in ([("what", b"chmod"), ("name", b"a")], [("what", b"put"), ("name", b"a"), ("size", b"-1")], []):
            with self.assertRaises((KeyError, ValueError)):
                errand.Errand(self, frames.encode(fields))


if __name__ == "__main__":
    unittest.main()
