"""Each magic that the table of docs/notebooks.md names: what a cell with it says, and what it leaves."""

from __future__ import annotations

import os
import pathlib
import re
import tempfile
import unittest
from typing import Any, Tuple
from unittest import mock

import notebook_cells
from sandbox.program.notebook import magics

NOTEBOOKS = pathlib.Path(__file__).resolve().parents[3] / "docs" / "notebooks.md"
Row = Tuple[str, str, str, Any]  # a cell, all that it says as a pattern, an expression of the next cell, and its value

MEASURING = (
    ("%timeit -n 2 -r 3 calls.append(1)", r"\d.* ± \d.* per loop \(mean .* of 3 runs, 2 loops each\)\n", "len(calls)", 6),
    ("found = %timeit -o -q -n 1 -r 2 pass", "", "found.loops, found.repeat, len(found.timings)", (1, 2, 2)),
    ("%%timeit -n 2 -r 1 own = [0]\nown += own\ncalls.append(len(own))", r".* of 1 run, 2 loops each\)\n", "calls[6:]", [2, 4]),
    ("%timeit", "UsageError: %timeit takes a statement\n", "'own' in globals()", False),
    ("%prun -s cumulative total(9)", r"(?s).* function calls .* cumulative time.*\(total\)\n.*", "calls[6:]", [2, 4]),
    ("%%prun\nsum_of_all = total(4)\n", r"(?s).* function calls in .*\(total\)\n.*", "sum_of_all", 6),
    ("%time total(4)", r"CPU times: .*\nWall time: .*\n", "_", 6),
    ("%%time\nsix = total(4)", r"CPU times: .*\nWall time: .*\n", "six", 6),
)
FILES = (
    ("%%writefile a.py\nvalue = 1\n", "Writing a.py\n", "os.path.getsize('a.py')", 10),
    ("%%writefile -a a.py\nimport sys; more = value + 1, sys.argv[1:]\n", "Appending to a.py\n", "'value' in globals()", False),
    ("%run a.py x y", "", "value, more", (1, (2, ["x", "y"]))),
    ("%run none.py", "UsageError: none.py: No such file or directory\n", "value", 1),
    ("%load a.py", "value = 1\nimport sys; more = .*\n\n", "value", 1),
    ("%cat a.py", "value = 1\nimport sys; more = .*\n", "_exit_code", 0),
    ("%mkdir sub", "", "_exit_code", 0),
    ("%ls", "a.py\nsub\n", "_exit_code", 0),
    ("%cd -q sub", "", "os.path.basename(os.getcwd())", "sub"),
    ("folder = %pwd", "", "folder == os.getcwd()", True),
    ("%cd ..", "/.*\n", "os.path.exists('sub')", True),
    ("%set_env OF_TABLE one {1 + 1}", "env: OF_TABLE=one 2\n", "os.environ['OF_TABLE']", "one 2"),
    ("%set_env OF_TABLE", "UsageError: %set_env takes NAME=VALUE\n", "os.environ['OF_TABLE']", "one 2"),
    ("of_table = %env OF_TABLE", "", "of_table", "one 2"),
    ("%%bash\necho $((6 * 7))", "42\n", "_exit_code", 0),
    ("%%sh --no-raise-error\nexit 3", "", "_exit_code", 3),
    ("%%script --err written sh\necho a >&2", "", "written", "a\n"),
    ("%%python\nprint(6 * 7)", "42\n", "_exit_code", 0),
    ("%%python --out out --err words\nimport os; print(1, flush=True); os.write(2, b'2')", "", "out, words", ("1\n", "2")),
)
VARIABLES = (
    ("n, text = 7, 'a\\nb'", "", "n", 7),
    ("%who int", "n\n", "_", 7),
    ("%whos", r"Variable +Type +Data/Info\n-+\n(.*\n)*n +int +7\n(.*\n)*text +str +'a\\nb'\n(.*\n)*", "n", 7),
    ("%xdel text", "", "'text' in globals()", False),
    ("%history", r"(?s)import os.*%xdel text\n'text' in globals\(\)\n%history\n", "n", 7),
    ("%history -n", r"(?s) +1: import os.*", "n", 7),
    ("%precision 3", "", "get_ipython().display_formatter.format(3.14159)[0]['text/plain']", "3.142"),
    ("%precision much", "UsageError: much is neither .*\n", "n", 7),
    ("%lsmagic", r"Available line magics:\n.*%timeit .*\n\nAvailable cell magics:\n.*%%timeit.*\n", "n", 7),
    ("%reset -f", "", "'n' in globals(), 'os' in globals()", (False, False)),
)
SENTENCES = (
    ("%conda install unittest", "Requirement already satisfied: unittest .*\n", "1", 1),
    ("%pip install nothing-like-it", ".*nothing-like-it is not here .*\n", "1", 1),
    ("%store name", "%store: nothing is kept .*\n", "1", 1),
    ("%debug", "%debug: there is no debugger here, .*\n", "1", 1),
    *((f"%{name} x", f"%{name}: .+[.]\n", "1", 1) for name in (
        "alias", "automagic", "logstart", "pastebin", "pprint", "reset_selective", "tb", "watermark", "xmode",
    )),
    *((f"%{line}", "", "1", 1) for line in (
        "matplotlib inline", "config InlineBackend.figure_format = 'retina'", "load_ext autoreload", "autoreload 2",
    )),
    ("%nothing_like_it\nx = 2", "UsageError: The magic %nothing_like_it is not known .*\n", "x", 2),
    ("%%nothing_like_it\nx = 3", "UsageError: The magic %%nothing_like_it is not known .*\n", "x", 3),
)  # fmt: skip
OWN = (
    ("def shout(line): return line.upper()\nget_ipython().register_magic_function(shout)", "", "1", 1),
    ("said = %shout a {1 + 1}", "", "said", "A 2"),
    ("def box(line, body): print([line, body])\nget_ipython().register_magic_function(box, 'cell', 'boxed')", "", "1", 1),
    ("%%boxed x\n%who\n", r"\['x', '%who\\n'\]\n", "1", 1),
    ("get_ipython().run_line_magic('set_env', 'OF_TABLE=3')", "env: OF_TABLE=3\n", "1", 1),
)


class TableTest(notebook_cells.CellsTest):
    def setUp(self) -> None:
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)
        environment = mock.patch.dict(os.environ)
        environment.start()
        self.addCleanup(environment.stop)
        self.run_cell("import os\ncalls = []\ndef total(n): return sum(range(n))")

    def check(self, *rows: Row) -> None:
        for cell, said, expression, value in rows:
            self.assert_said(said, cell)
            self.assertEqual(self.run_cell(expression), value, cell)

    def assert_said(self, pattern: str, cell: str) -> None:
        said = self.said(cell)
        self.assertIsNotNone(re.fullmatch(pattern, said), f"{cell}\n{said}")

    def test_magics_that_measure(self) -> None:
        self.check(*MEASURING)

    def test_magics_for_files_and_programs(self) -> None:
        self.check(*FILES)

    def test_magics_about_variables_and_cells(self) -> None:
        self.check(*VARIABLES)

    def test_what_does_nothing_says_so_where_something_is_missing(self) -> None:
        self.check(*SENTENCES)

    def test_magics_of_ones_own(self) -> None:
        self.check(*OWN)

    def test_cells_of_text_are_displayed(self) -> None:
        for magic, mime in (("markdown", "text/markdown"), ("javascript", "application/javascript")):
            self.assertEqual(self.said(f"%%{magic}\nwords"), "")
            self.assertEqual([each[mime] for each in self.displayed], ["words\n"])

    def test_every_name_in_the_table_is_known(self) -> None:
        text = NOTEBOOKS.read_text(encoding="utf-8")
        rows = text.partition("| In a cell | |\n")[2].partition("\n\n")[0]
        named = set(re.findall(r"(%%?)(\w+)", " ".join(re.findall(r"`([^`]*)`", rows))))
        self.assertGreater(len(named), 35)
        shell = self.notebook.shell
        for percent, name in sorted(named):
            known = shell.line_magics if percent == "%" else shell.cell_magics
            self.assertIn(name, known, percent + name)

    def test_every_sentence_names_its_magic(self) -> None:
        for name, magic in magics.LINE.items():
            if magic.__qualname__.startswith("_missing"):
                self.assert_said(f"%{name}: .+[.]\n", f"%{name}")


if __name__ == "__main__":
    unittest.main()
