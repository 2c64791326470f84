"""The list of a session's files."""

from __future__ import annotations

import contextlib
import os
import unittest
from typing import Callable, Iterator, List
from unittest import mock

import errand_cases
from sandbox.policy import policy
from sandbox.runs import errand_answers, walk
from sandbox.wire import frames


class ListTest(errand_cases.ErrandTestCase):
    def test_list_has_every_file_with_size_and_time_and_says_what_it_leaves_out(self) -> None:
        path = self.write("b/c.txt", b"12345")
        os.utime(path, ns=(0, 1_600_000_000_123_000_000))
        self.write(".cache/x")
        self.write("__pycache__/x.pyc")
        os.mkdir(os.path.join(self.work, "empty"))
        os.symlink("/etc", os.path.join(self.work, "link"))
        self.begin("list")
        entries = self.entries()
        self.assertEqual([entry[2] for entry in entries], [b".cache/x", b"__pycache__/x.pyc", b"b/c.txt"])
        self.assertEqual(entries[2][:2], [b"5", b"1600000000123"])
        answer = self.answer()
        self.assertEqual((answer["outcome"], answer["truncated"]), (b"listed", b"0"))
        self.assertEqual((answer["skipped-count"], answer["skipped"]), (b"1", b"link\0symbolic link"))

    def test_list_is_cut_and_says_so(self) -> None:
        for number in range(errand_answers.MOST_LISTED + 1):
            os.close(os.open(os.path.join(self.work, f"{number:05}"), os.O_CREAT | os.O_WRONLY))
        self.begin("list")
        self.assertEqual(len(self.entries()), errand_answers.MOST_LISTED)
        self.assertEqual(self.entries()[-1][2], b"00999")
        self.assertEqual(self.answer()["truncated"], b"1")
        self.assertGreater(self.connection.pauses, errand_answers.MOST_LISTED // walk.ENTRIES_AT_ONCE)

    def test_list_of_more_than_anybody_may_have_ends(self) -> None:
        self.write("a")
        for number in range(30):
            self.write(f"{number}/x")
        with mock.patch.object(walk, "MOST_ENTRIES", 20):
            self.begin("list")
        self.assertEqual(self.answer()["truncated"], b"1")
        self.assertLess(len(self.entries()), 20)

    def test_names_in_a_list_are_bounded_in_bytes(self) -> None:
        for number in range(20):
            self.write(f"{number:02}" + "n" * 200)
        with mock.patch.object(errand_answers, "MOST_LISTED_BYTES", 1000):
            self.begin("list")
        self.assertEqual(len(self.entries()), 4)
        self.assertEqual(self.answer()["truncated"], b"1")

    def test_no_step_of_a_list_makes_more_than_one_name_of_what_lies_there(self) -> None:
        for number in range(2 * walk.ENTRIES_AT_ONCE):
            os.symlink("nowhere", os.path.join(self.work, f"\x01link-{number:05}"))
            self.write(f"\x01file-{number:05}")
        made: List[walk.Found] = []
        real = walk.Found.name.fget
        assert real is not None

        def name(found: walk.Found) -> str:
            made.append(found)
            return real(found)

        steps: List[int] = []

        def pour(source: Iterator[bytes], when_taken: Callable[[], None]) -> None:
            for piece in source:
                steps.append(len(made))
                if piece:
                    self.connection.put(piece[:1], piece[frames.HEADER_BYTES :])
            when_taken()

        with mock.patch.object(walk.Found, "name", property(name)), mock.patch.object(self.connection, "pour", pour):
            self.begin("list")
        self.assertEqual(max(later - earlier for earlier, later in zip(steps, steps[1:])), 1)
        self.assertEqual(len(made), 2 * walk.ENTRIES_AT_ONCE + policy.MAX_SKIPPED, "no name is made that is not told")
        self.assertEqual(self.answer()["skipped-count"], b"%d" % (2 * walk.ENTRIES_AT_ONCE))
        self.assertEqual((len(self.entries()), self.answer()["truncated"]), (2 * walk.ENTRIES_AT_ONCE, b"0"))

    def test_no_more_names_are_made_than_there_is_room_for(self) -> None:
        for number in range(20):
            os.symlink("nowhere", os.path.join(self.work, f"link-{number:03}" + "n" * 200))
            self.write(f"{number:02}" + "n" * 200)
        made: List[walk.Found] = []
        real = walk.Found.name.fget
        assert real is not None

        def name(found: walk.Found) -> str:
            made.append(found)
            return real(found)

        with mock.patch.object(policy, "MAX_SKIPPED_BYTES", 1000), mock.patch.object(errand_answers, "MOST_LISTED_BYTES", 1000):
            with mock.patch.object(walk.Found, "name", property(name)):
                self.begin("list")
        self.assertEqual(len(made), 2 * 5, "four of each have room")

    def test_times_that_no_calendar_has_are_moved_to_its_ends(self) -> None:
        for name, seconds in (("early", -(1 << 40)), ("late", 1 << 40)):
            path = self.write(name)
            with contextlib.suppress(OverflowError, OSError):
                os.utime(path, (seconds, seconds))
        self.begin("list")
        for _, written, _ in self.entries():
            self.assertTrue(walk._EARLIEST <= int(written) <= walk._LATEST)
        self.assertEqual(walk._written(mock.Mock(st_mtime_ns=10**40)), walk._LATEST)
        self.assertEqual(walk._written(mock.Mock(st_mtime_ns=-(10**40))), walk._EARLIEST)

    def test_program_of_an_interpreter_that_has_done_nothing_yet_is_no_file_of_the_session(self) -> None:
        self.write(policy.PROGRAM)
        self.has_spoken = False
        self.begin("list")
        self.assertEqual((self.entries(), self.answer()["truncated"]), ([], b"0"))
        self.assertUnread(policy.PROGRAM, b"missing")
        self.has_spoken = True
        self.begin("list")
        self.assertEqual([name for _, _, name in self.entries()], [policy.PROGRAM.encode()])

    def test_folder_that_has_gone_has_no_files(self) -> None:
        os.rmdir(self.work)
        self.begin("list")
        self.assertEqual((self.entries(), self.answer()["outcome"]), ([], b"listed"))


if __name__ == "__main__":
    unittest.main()
