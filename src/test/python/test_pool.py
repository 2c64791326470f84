"""How the image for a program is chosen, and how long that may take."""

from __future__ import annotations

import sys
import unittest
from typing import List, Set
from unittest import mock

from sandbox.pool import pool, zygote_pool


def imported(code: str) -> Set[str]:
    return pool._imported(code.encode(), frozenset(("numpy", "pandas", "matplotlib", "seaborn")))


class ImportedTest(unittest.TestCase):
    def test_modules_that_are_not_the_standard_library_s_are_found(self) -> None:
        self.assertEqual(imported("import os, numpy as np; from seaborn.utils import x\nimport json"), {"numpy", "seaborn"})

    def test_a_program_that_draws_by_way_of_pandas_needs_matplotlib(self) -> None:
        self.assertEqual(imported("import pandas as pd\npd.Series([1, 2]).plot()"), {"pandas", "matplotlib"})
        self.assertEqual(imported("import pandas as pd\npd.DataFrame().hist(bins=3)"), {"pandas", "matplotlib"})
        self.assertEqual(imported("import pandas as pd\npd.DataFrame().plot.bar()"), {"pandas", "matplotlib"})
        self.assertEqual(imported("import pandas as pd\nprint(pd.Series([1, 2]).plotted, history)"), {"pandas"})
        self.assertEqual(imported("import numpy\nx.plot()"), {"numpy"})


class StatementsTest(unittest.TestCase):
    def imported(self, code: bytes) -> List[str]:
        return sorted(pool._imported(code, frozenset({"a", "b", "c", "last"})))

    def test_names_of_modules_outside_the_standard_library(self) -> None:
        self.assertEqual(self.imported(b"import a.x, os; from b import y\n  import c as d"), ["a", "b", "c"])

    def test_statements_and_their_lengths_are_bounded(self) -> None:
        self.assertEqual(self.imported(b"import a\n" * pool.MOST_STATEMENTS + b"import last\n"), ["a"])
        self.assertNotIn("last", self.imported(b"import a, " + b"b, " * pool.LONGEST_STATEMENT + b"last"))


class ChoiceTest(unittest.TestCase):
    MODULES = {"plain": (), "arrays": ("numpy",), "all": ("numpy", "matplotlib.pyplot"), "popular": ("sklearn",)}

    def first_choice(self, code: bytes) -> str:
        kept = pool.Pool.__new__(pool.Pool)
        kept._settings = mock.Mock(learns=False)
        kept._generation = mock.Mock(images={})
        for name, modules in self.MODULES.items():
            offered = zygote_pool.ZygotePool.__new__(zygote_pool.ZygotePool)
            offered.name, offered.modules, offered.ready, offered.lost, offered._failures = name, modules, True, False, 0
            kept._generation.images[name] = offered
        return kept._choices(code)[0].name

    def test_the_smallest_image_that_has_what_is_imported_is_taken(self) -> None:
        self.assertEqual(self.first_choice(b"import json, os.path"), "plain")
        self.assertEqual(self.first_choice(b"import numpy"), "arrays")
        self.assertEqual(self.first_choice(b"from matplotlib import pyplot"), "all")

    @unittest.skipIf(sys.version_info < (3, 10), "without a list of the standard library's modules only known ones are found")
    def test_a_module_that_nobody_knows_may_need_any_library(self) -> None:
        self.assertEqual(self.first_choice(b"import tabulate"), "all")
        self.assertEqual(self.first_choice(b"import beside"), "all")


class RecycleTest(unittest.TestCase):
    def renewed(self, retired: int) -> bool:
        """Whether another generation is begun while so many old ones are kept by sessions."""
        kept = pool.Pool.__new__(pool.Pool)
        kept.working, kept._runs_of_generation, kept._next, kept._generation = True, 1, None, mock.Mock(tier="namespaces", learnt_in_vain=tuple)
        kept._events, kept._settings = mock.Mock(), mock.Mock(renewal_seconds=60)
        kept._generations = [mock.Mock(closed=False) for _ in range(retired + 1)] + [mock.Mock(closed=True)]
        with mock.patch.object(pool.Pool, "_new_generation") as begin:
            kept._recycle()
        return begin.called

    def test_sessions_keep_no_more_than_a_few_generations_alive(self) -> None:
        self.assertTrue(self.renewed(pool.MOST_RETIRED - 1))
        self.assertFalse(self.renewed(pool.MOST_RETIRED))


if __name__ == "__main__":
    unittest.main()
