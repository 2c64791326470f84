"""How the image for a program is chosen."""

from __future__ import annotations

import unittest
from typing import Set

from sandbox import pool


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


if __name__ == "__main__":
    unittest.main()
