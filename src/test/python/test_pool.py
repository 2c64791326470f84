"""What a program's imports are, and how long finding them may take."""

from __future__ import annotations

import unittest
from typing import List

from sandbox import pool


class ImportedTest(unittest.TestCase):
    def imported(self, code: bytes) -> List[str]:
        return sorted(pool._imported(code, frozenset({"a", "b", "c", "last"})))

    def test_names_of_modules_outside_the_standard_library(self) -> None:
        self.assertEqual(self.imported(b"import a.x, os; from b import y\n  import c as d"), ["a", "b", "c"])

    def test_statements_and_their_lengths_are_bounded(self) -> None:
        self.assertEqual(self.imported(b"import a\n" * pool.MOST_STATEMENTS + b"import last\n"), ["a"])
        self.assertNotIn("last", self.imported(b"import a, " + b"b, " * pool.LONGEST_STATEMENT + b"last"))


if __name__ == "__main__":
    unittest.main()
