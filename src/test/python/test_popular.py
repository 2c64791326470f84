"""What is learnt from programs about what to import before."""

from __future__ import annotations

import unittest
from typing import List, Set
from unittest import mock

from sandbox.pool import popular


class ImportedTest(unittest.TestCase):
    def check(self, code: str, *expected: str) -> None:
        self.assertEqual(popular.imported(code.encode()), set(expected), code)

    def test_modules_of_the_list_are_found_with_their_packages_in_every_form_of_the_statement(self) -> None:
        self.check("import sympy", "sympy")
        self.check("import os, sympy as sp, re; import yaml", "sympy", "yaml")
        self.check("import sklearn.svm", "sklearn", "sklearn.svm")
        self.check("from sklearn.linear_model import Ridge", "sklearn", "sklearn.linear_model")
        self.check("from sklearn import svm as s, tree", "sklearn", "sklearn.svm", "sklearn.tree")
        self.check("if True:\n    from scipy import (\n        stats,  # a comment\n    signal as s\n)", "scipy.stats")
        self.check("from scipy import (stats,\n  signal)", "scipy.stats", "scipy.signal")
        self.check("from plotly import express as px", "plotly.express")

    def test_nothing_else_is_found_whatever_a_program_says(self) -> None:
        self.check("import antigravity, this")
        self.check("from sympy_of_mine import x")
        self.check("import sklearn_, _sklearn")
        self.check("x = 'import sympy'")
        self.check("from . import sympy")
        self.check("import sklearn.secret_of_mine", "sklearn")
        self.check("import sympy" + ".x" * 100_000, "sympy")
        self.check("from scipy import (" + "stats,\n" * 100_000, "scipy.stats")


class LengthTest(unittest.TestCase):
    def test_no_text_takes_longer_than_a_few_thousand_names(self) -> None:
        looked_at: List[str] = []

        def with_packages(name: str) -> Set[str]:
            looked_at.append(name)
            return set()

        size = 1 << 18
        for text in (
            b"import yaml\nfrom " + b"a." * 65_000 + b"a import " + b"b," * 65_000,
            b"from scipy." + b"a." * 65_000 + b"a import " + b"b," * 65_000,
            b"import " + b"scipy.a," * 30_000,
            b"from scipy import a,b,c\n" * 10_000,
            (b"from scipy import " + b"b," * 490 + b"\n") * 260,
        ):
            del looked_at[:]
            with mock.patch.object(popular, "_with_packages", with_packages):
                popular.imported(text[:size])
            self.assertLessEqual(len(looked_at), popular.MOST_NAMES)
            self.assertLessEqual(max(map(len, looked_at), default=0), 2 * popular.LONGEST + 1)


class PopularityTest(unittest.TestCase):
    def setUp(self) -> None:
        self.popularity = popular.Popularity()

    def note(self, code: str, times: int) -> None:
        words = {word.split(".")[0].rstrip(",") for word in code.split()}
        for _ in range(times):
            self.popularity.note(code.encode(), words)

    def test_what_a_good_share_of_the_programs_imports_is_chosen(self) -> None:
        self.note("import sympy", 30)
        self.note("from sklearn.svm import SVC", 40)
        self.note("print(1)", 500)
        self.assertEqual(self.popularity.chosen(), ("sklearn", "sklearn.svm", "sympy"))
        self.note("print(1)", 200)
        self.assertEqual(self.popularity.chosen(), ("sklearn", "sklearn.svm"), "sympy is in less than one of twenty")

    def test_a_few_programs_decide_nothing(self) -> None:
        self.note("import sympy", 19)
        self.assertEqual(self.popularity.chosen(), ())
        self.note("import sympy", 1)
        self.assertEqual(self.popularity.chosen(), ("sympy",))

    def test_what_was_long_ago_fades(self) -> None:
        self.note("import sympy", 1000)
        self.note("import networkx", 20_000)
        self.assertEqual(self.popularity.chosen(), ("networkx",))

    def test_at_most_so_many_and_none_but_those_of_the_list(self) -> None:
        for number in range(100):
            self.note(f"import sympy, module{number}, " + ", ".join(popular.MODULES), 1)
        chosen = self.popularity.chosen()
        self.assertEqual(len(chosen), popular.MOST)
        self.assertLessEqual(set(chosen), set(popular.MODULES))
        self.assertLessEqual(len(self.popularity._counts), len(popular.MODULES))

    def test_what_is_left_out_stays_out_with_all_that_is_in_it(self) -> None:
        self.note("from sklearn.svm import SVC", 50)
        self.note("import sympy", 50)
        self.popularity.leave_out("sklearn")
        self.assertEqual(self.popularity.chosen(), ("sympy",))
        self.note("from sklearn.svm import SVC", 500)
        self.assertEqual(self.popularity.chosen(), ("sympy",))


class ListTest(unittest.TestCase):
    def test_nothing_is_there_for_which_the_process_matters_or_that_does_something_when_it_is_imported(self) -> None:
        unwanted: Set[str] = {"psutil", "pytest", "pylint", "antigravity", "this", "tkinter", "turtle", "multiprocessing"}
        self.assertTrue(unwanted.isdisjoint(popular.TOP_LEVEL))


if __name__ == "__main__":
    unittest.main()
