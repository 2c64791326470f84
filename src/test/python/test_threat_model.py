"""Every test that the threat model and the policy name is there."""

from __future__ import annotations

import pathlib
import re
import unittest
from typing import List

from sandbox.policy import shared as shared_by_runs

ROOT = pathlib.Path(__file__).resolve().parents[3]
TESTS = ROOT / "src" / "test"


def _rows(head: str) -> List[List[str]]:
    """Of the table that begins with this head: its cells, without the head."""
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    table = text.partition(f"| {head} |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def _is_there(name: str) -> bool:
    if name.endswith(".py"):
        return (TESTS / "python" / name).is_file()
    if re.fullmatch(r"(browser\.)?[A-Z]\w*", name):
        return any(TESTS.rglob(name.rpartition(".")[2] + ".java"))
    programs = TESTS / "programs"
    return (programs / name).is_dir() or any(programs.glob(name + ".py"))


class ThreatModelTest(unittest.TestCase):
    def test_every_row_names_tests_that_are_there(self) -> None:
        rows = [*_rows("asset"), *_rows("kind")]
        self.assertGreater(len(rows), 40)
        for row in rows:
            names = re.findall(r"`([^`]+)`", row[3])
            self.assertTrue(names, row)
            for name in names:
                with self.subTest(row[0], test=name):
                    self.assertTrue(_is_there(name))

    def test_what_runs_share_names_tests_that_are_there(self) -> None:
        self.assertGreater(len(shared_by_runs.SHARED), 12)
        for shared in shared_by_runs.SHARED:
            self.assertTrue(shared.tests, shared.what)
            for name in shared.tests:
                with self.subTest(shared.what, test=name):
                    self.assertTrue(_is_there(name))


if __name__ == "__main__":
    unittest.main()
