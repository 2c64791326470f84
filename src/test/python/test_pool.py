"""How the image for a program is chosen, and how long that may take."""

from __future__ import annotations

import sys
import unittest
from typing import Any, List, Set
from unittest import mock

import clocks
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


class TiersTest(unittest.TestCase):
    """A pool whose generations are begun by nobody."""

    def setUp(self) -> None:
        self.clock: Any = clocks.Clock()
        self.clock.stop = mock.Mock()
        self.said: List[str] = []
        for patched in (
            mock.patch.object(pool.Pool, "_new_generation", lambda _, tier: mock.Mock(tier=tier)),
            mock.patch.object(pool, "say", lambda kind, text: self.said.append(f"{kind} {text}")),
            mock.patch.object(pool.network, "missing", lambda: "no nft"),
        ):
            patched.start()
            self.addCleanup(patched.stop)
        self.told = mock.Mock()
        settings: Any = mock.Mock(tier="auto", network_allow=(), control_groups=False, renewal_seconds=1e9, learns=False)
        self.pool = pool.Pool(self.clock, settings, self.told)

    def current(self) -> Any:
        return self.pool._generation

    def test_tiers_are_tried_one_after_another_and_none_is_left_at_the_end(self) -> None:
        for tier in pool.TIERS:
            self.assertEqual(self.pool.tier, tier)
            self.clock.stop.assert_not_called()
            self.pool.broken(self.current(), f"no {tier}")
        self.clock.stop.assert_called_once_with()
        for tier in pool.TIERS:
            self.assertIn(f"{tier}: no {tier}", self.said[-1])
        self.told.assert_not_called()

    def test_tier_that_works_is_told_once_with_why_there_is_no_network(self) -> None:
        first = self.current()
        self.pool.works(first)
        self.pool.works(first)
        self.told.assert_called_once_with()
        self.assertTrue(self.pool.working)
        self.assertFalse(self.pool.network)
        self.assertEqual(self.said, ["log no network for programs: no nft"])

    def test_tier_that_has_worked_is_kept_and_tried_again_ever_later(self) -> None:
        self.pool.works(self.current())
        pauses = []
        for _ in range(pool.RESTARTS):
            ended, began = self.current(), self.clock.now
            self.pool.broken(ended, "killed")
            while self.current() is ended:
                self.clock.pass_by(0.5)
            pauses.append(self.clock.now - began)
        self.assertEqual(pauses, sorted(set(pauses)))
        self.assertEqual(self.pool.tier, pool.TIERS[0])
        self.clock.stop.assert_not_called()
        self.pool.broken(self.current(), "killed")
        self.clock.stop.assert_called_once_with()

    def test_who_works_again_has_all_its_attempts_again(self) -> None:
        self.pool.works(self.current())
        for _ in range(3 * pool.RESTARTS):
            self.pool.broken(self.current(), "killed")
            self.clock.pass_by(600)
            self.pool.works(self.current())
        self.clock.stop.assert_not_called()

    def test_end_of_another_generation_changes_nothing(self) -> None:
        current = self.current()
        self.pool._next = waiting = mock.Mock()
        self.pool.broken(mock.Mock(), "an old one")
        self.assertIs(self.pool._next, waiting)
        self.pool.broken(waiting, "a new one")
        self.assertIsNone(self.pool._next)
        self.assertIs(self.current(), current)

    def take_over(self, works: bool, offers: bool) -> Any:
        fresh = self.pool._next = mock.Mock(works=works, tier="fresh")
        fresh.offers.return_value = offers
        self.pool._take_over(2)
        return fresh

    def test_generation_takes_over_once_it_offers_what_the_old_one_does(self) -> None:
        self.pool._settings.warm_seconds = 10.0
        old = self.current()
        fresh = self.take_over(works=True, offers=False)
        self.clock.pass_by(10)
        self.assertIs(self.current(), old)
        fresh.offers.return_value = True
        self.clock.pass_by(10)
        self.assertIs(self.current(), fresh)
        old.retire.assert_called_once_with()

    def test_module_that_hangs_does_not_hold_up_the_next_generation_for_ever(self) -> None:
        self.pool._settings.warm_seconds = 10.0
        fresh = self.take_over(works=True, offers=False)
        self.clock.pass_by(20)
        self.assertIs(self.current(), fresh)

    def test_generation_that_does_not_work_is_let_go(self) -> None:
        old = self.current()
        fresh = self.take_over(works=False, offers=True)
        fresh.retire.assert_called_once_with()
        self.assertIs(self.current(), old)
        old.retire.assert_not_called()


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
