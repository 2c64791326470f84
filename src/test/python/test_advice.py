"""What is said beside an exception that comes of the sandbox."""

from __future__ import annotations

import unittest
from unittest import mock

from sandbox.program.execution import advice


def _fork_exec() -> None:
    raise PermissionError(1, "Operation not permitted")


class AdviceTest(unittest.TestCase):
    def of(self, e: BaseException, has_places: bool = False) -> str:
        try:
            raise e
        except BaseException as raised:
            return advice.of(raised, has_places)

    def test_places_that_are_not_there_are_named_with_what_is(self) -> None:
        for name, word in (("/tmp/x", "/tmp is"), (b"/tmp/a/../x", "/tmp is"), ("/var/tmp/x", "/var/tmp is"), ("/tmp", "/tmp is")):
            self.assertIn(word, self.of(PermissionError(13, "Permission denied", name)))
        self.assertIn("current folder", self.of(FileNotFoundError(2, "No such file", "/mnt/data/x.csv")))

    def test_nothing_is_said_of_other_names_nor_where_they_are_there(self) -> None:
        for name in ("/tmpx", "/mnt/database", "x", None, 3):
            self.assertEqual(self.of(PermissionError(13, "Permission denied", name)), "", name)
        self.assertEqual(self.of(PermissionError(13, "Permission denied", "/tmp/x"), has_places=True), "")
        self.assertEqual(self.of(ValueError("/tmp/x")), "")

    def test_place_that_only_the_message_names_is_found_there(self) -> None:
        """As of pandas.DataFrame.to_csv('/mnt/data/out.csv')."""
        message = "Cannot save file into a non-existent directory: '/mnt/data'"
        self.assertIn("current folder", self.of(OSError(message)))
        self.assertIn("/tmp is", self.of(PermissionError(13, 'cannot write "/tmp/x"')))
        for told in ("no '/mnt/database'", "no /mnt/data", "don't '/mnt/data\"", "'/x' and '/mnt/data'", "", mock.Mock()):
            self.assertEqual(self.of(OSError(told)), "", told)
        self.assertEqual(self.of(FileNotFoundError(2, "no '/mnt/data'", "own")), "", "the file's own name counts")
        self.assertEqual(self.of(OSError("'" * advice.MOST_CHARACTERS + "'/mnt/data'")), "", "nobody looks so far")
        self.assertEqual(self.of(OSError("'/" * 10**7)), "")

    def test_who_starts_processes_is_told_of_threads(self) -> None:
        try:
            _fork_exec()
        except PermissionError as e:
            self.assertIn("threads only", advice.of(e, has_places=False))
            self.assertEqual(advice.of(e, has_places=True), "")
        self.assertEqual(self.of(PermissionError(1, "Operation not permitted")), "")

    def test_a_library_that_is_missing_is_named(self) -> None:
        self.assertIn("named nothing here", self.of(ModuleNotFoundError("No module", name="nothing.inner")))
        self.assertEqual(self.of(ModuleNotFoundError("No module", name="unittest.nothing")), "")
        self.assertEqual(self.of(ModuleNotFoundError("No module", name=mock.Mock())), "")


if __name__ == "__main__":
    unittest.main()
