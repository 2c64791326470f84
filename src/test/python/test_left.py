"""The note about what a program has left outside of its working folder."""

from __future__ import annotations

import os
import tempfile
import unittest
from unittest import mock

from sandbox.kernel import identities
from sandbox.policy import policy
from sandbox.pool import run_namespace
from sandbox.runs import left


class LeftTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = folder.name
        for name in policy.SCRATCH_DIRECTORIES:
            os.mkdir(os.path.join(self.top, name))
        self.cell = run_namespace.NamespaceCell(identities.Ids(range(0)))
        self.cell.top = os.open(folder.name, os.O_PATH | os.O_DIRECTORY)
        self.addCleanup(os.close, self.cell.top)
        self.cell.parked = 1  # what follows happens later

    def write(self, *names: str) -> None:
        for name in names:
            with open(os.path.join(self.top, name), "w", encoding="utf-8"):
                pass

    def test_nothing_left_is_no_note(self) -> None:
        os.makedirs(os.path.join(self.top, ".tmp", ".config", "matplotlib"))
        os.mkdir(os.path.join(self.top, ".cache"))
        self.write("work/a.txt", ".tmp/pymp-1", ".shm/s")
        self.assertEqual(left.note(self.cell), "")

    def test_nothing_is_looked_at_where_nothing_has_changed(self) -> None:
        self.write(".tmp/a.txt", "b.txt")
        for name in (".", ".tmp"):
            os.utime(os.path.join(self.top, name), ns=(1, 1))
        self.cell.parked = 2
        self.assertEqual(left.note(self.cell), "")

    def test_what_is_done_elsewhere_later_hides_nothing(self) -> None:
        self.write(".tmp/a.txt", ".shm/memory", "work/b.txt")
        self.assertEqual(left.note(self.cell), "Files in /tmp are not returned: a.txt.")

    def test_names_are_told_by_their_place_in_order(self) -> None:
        self.write(".tmp/b.csv", ".tmp/a.txt", "notes.md")
        self.assertEqual(
            left.note(self.cell),
            "Files in /tmp are not returned: a.txt, b.csv. Files in the home folder are not returned: notes.md.",
        )

    def test_many_names_and_long_and_hostile_ones_are_bounded_and_one_line(self) -> None:
        self.write(*(f".tmp/{'n' * 240}{number}" for number in range(300)))
        self.write("a\nb\x1b[31m")
        with open(os.fsencode(self.top) + b"/\xff", "wb"):
            pass
        note = left.note(self.cell)
        self.assertLess(len(note.encode()), 4096)
        self.assertIn(", …. Files", note)
        self.assertTrue(note.isprintable())
        note.encode("utf-8")  # raises for what was no UTF-8

    def test_a_folder_counts_where_there_is_a_file_in_it(self) -> None:
        os.makedirs(os.path.join(self.top, ".tmp/empty/inner"))
        os.makedirs(os.path.join(self.top, ".tmp/tmpabcd_123/inner"))
        os.makedirs(os.path.join(self.top, ".tmp/closed"), mode=0)
        self.assertEqual(left.note(self.cell), "")
        self.write(".tmp/tmpabcd_123/inner/r.csv", ".tmp/tmpzzzzzzzz.txt")
        expected = "Files in /tmp are not returned: tmpabcd_123/inner/r.csv, tmpzzzzzzzz.txt."
        self.assertEqual(left.note(self.cell), expected)

    def test_names_that_begin_like_those_of_the_sandbox_are_told(self) -> None:
        self.write(".tmp/workbook.xlsx", "works.txt", ".tmp/work")
        expected = "Files in /tmp are not returned: work, workbook.xlsx. Files in the home folder are not returned: works.txt."
        self.assertEqual(left.note(self.cell), expected)

    def test_two_names_are_told_as_two(self) -> None:
        self.write(".tmp/a\nb", ".tmp/a\tb")
        self.assertEqual(left.note(self.cell), "Files in /tmp are not returned: a%09b, a%0Ab.")

    def test_no_more_is_looked_at_than_there_is_time_for(self) -> None:
        for number in range(30):
            deep = os.path.join(self.top, ".tmp", f"d{number:02}")
            for inner in range(20):
                os.makedirs(os.path.join(deep, f"e{inner}"))
        self.write(".tmp/d29/e0/late.txt")
        with mock.patch.object(os, "open", wraps=os.open) as opened:
            self.assertEqual(left.note(self.cell), "")
        self.assertLess(opened.call_count, 2 * left.MOST_SEEN)

    def test_links_in_folders_are_not_followed(self) -> None:
        os.mkdir(os.path.join(self.top, ".tmp/d"))
        os.symlink("/usr", os.path.join(self.top, ".tmp/d/usr"))
        self.assertEqual(left.note(self.cell), "Files in /tmp are not returned: d/usr.")

    def test_links_in_place_of_the_folder_are_not_followed(self) -> None:
        os.rmdir(os.path.join(self.top, ".tmp"))
        os.symlink("/usr", os.path.join(self.top, ".tmp"))
        self.assertNotIn("bin", left.note(self.cell))


if __name__ == "__main__":
    unittest.main()
