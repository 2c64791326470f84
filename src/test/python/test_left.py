"""The note about what a program has left outside of its working folder."""

from __future__ import annotations

import os
import tempfile
import unittest

from sandbox import cells, identities, left, policy


class LeftTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = folder.name
        for name in policy.SCRATCH_DIRECTORIES:
            os.mkdir(os.path.join(self.top, name))
        self.cell = cells.NamespaceCell(identities.Ids(range(0)))
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
        self.write("work/a.txt", ".tmp/tmpabcd_123", ".tmp/pymp-1", ".shm/s")
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

    def test_links_in_place_of_the_folder_are_not_followed(self) -> None:
        os.rmdir(os.path.join(self.top, ".tmp"))
        os.symlink("/usr", os.path.join(self.top, ".tmp"))
        self.assertNotIn("bin", left.note(self.cell))


if __name__ == "__main__":
    unittest.main()
