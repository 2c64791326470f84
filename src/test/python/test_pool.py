"""What a program's imports are, and how long finding them may take."""

from __future__ import annotations

import unittest
from typing import List
from unittest import mock

from sandbox import pool


class ImportedTest(unittest.TestCase):
    def imported(self, code: bytes) -> List[str]:
        return sorted(pool._imported(code, frozenset({"a", "b", "c", "last"})))

    def test_names_of_modules_outside_the_standard_library(self) -> None:
        self.assertEqual(self.imported(b"import a.x, os; from b import y\n  import c as d"), ["a", "b", "c"])

    def test_statements_and_their_lengths_are_bounded(self) -> None:
        self.assertEqual(self.imported(b"import a\n" * pool.MOST_STATEMENTS + b"import last\n"), ["a"])
        self.assertNotIn("last", self.imported(b"import a, " + b"b, " * pool.LONGEST_STATEMENT + b"last"))


class RecycleTest(unittest.TestCase):
    def renewed(self, retired: int) -> bool:
        """Whether another family is begun while so many old ones are kept by sessions."""
        kept = pool.Pool.__new__(pool.Pool)
        kept.working, kept._runs_of_family, kept._next, kept._family = True, 1, None, mock.Mock(tier="namespaces")
        kept._events = mock.Mock()
        kept._families = [mock.Mock(closed=False) for _ in range(retired + 1)] + [mock.Mock(closed=True)]
        with mock.patch.object(pool.Pool, "_new_family") as begin:
            kept._recycle()
        return begin.called

    def test_sessions_keep_no_more_than_a_few_families_alive(self) -> None:
        self.assertTrue(self.renewed(pool.MOST_RETIRED - 1))
        self.assertFalse(self.renewed(pool.MOST_RETIRED))


if __name__ == "__main__":
    unittest.main()
