"""Magics and commands of cells: what they are given, what they keep, and what is said."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import os
import re
import sys
import tempfile
import types
import unittest
import warnings
from unittest import mock

import notebook_cells
from sandbox.policy import policy
from sandbox.program.display import display, mime_bundle
from sandbox.program.notebook import unawaited


class CommandsTest(notebook_cells.CellsTest):
    def test_empty_braces_stay_as_they_are(self) -> None:
        self.run_cell("name = 7")
        self.assertEqual(self.said("!seq 2 | xargs -I{} echo n{}"), "n1\nn2\n")
        all_or_nothing = "lines = !seq 1 | xargs -I{} echo {} $name\nlines"  # as in IPython
        self.assertEqual(self.run_cell(all_or_nothing), ["1"])
        self.assertEqual(self.said("!echo {name} {{}}"), "7 {}\n")
        self.assertEqual(self.said("%env BRACES={}"), "env: BRACES={}\n")

    def test_system_keeps_the_lines(self) -> None:
        self.assertEqual(self.run_cell("lines = %system echo a; echo b\nlines"), ["a", "b"])
        self.assertEqual(self.run_cell("%%!\necho a\necho b"), ["a", "b"])
        self.assertEqual(self.run_cell("%%system\necho c"), ["c"])

    def test_output_of_a_script_goes_into_variables(self) -> None:
        self.assertEqual(self.said("%%bash --out words --err errors\necho a; echo b >&2"), "")
        self.assertEqual(self.run_cell("words, errors"), ("a\n", "b\n"))
        self.assertEqual(self.said("%%script --out=words sh\necho c"), "")
        self.assertEqual(self.run_cell("words"), "c\n")
        self.run_cell("%%sh --no-raise-error\nexit 3")
        self.assertEqual(self.run_cell("_exit_code"), 3)
        self.assertIn("in the background", self.said("%%bash --bg\ntrue"))
        self.assertIn("takes the name of a variable", self.said("%%bash --out\ntrue"))

    def test_pip_beside_other_commands_is_answered_in_its_place(self) -> None:
        self.assertEqual(self.said("!pip install unittest && echo done").splitlines()[-1], "done")
        self.assertEqual(self.said("!echo first; pip install unittest").splitlines()[0], "first")
        said = self.said("!pip install nothing-like-it && echo done || echo failed")
        self.assertIn("nothing-like-it is not here", said)
        self.assertEqual(said.splitlines()[-1], "failed")
        self.assertEqual(self.said("!true && pip install unittest nothing-like-it > /dev/null 2>&1 || echo quiet"), "quiet\n")
        self.assertEqual(self.said("!for p in x; do pip install $p 2> /dev/null || echo none; done"), "none\n")
        self.assertEqual(self.run_cell("count = !echo $(pip install unittest | wc -l)\ncount"), ["1"])

    def test_words_before_pip_change_nothing(self) -> None:
        values = ("A=1", "A= B=2", "A='x y'", 'CMAKE_ARGS="-DX=on -DY=\\"off\\""', "A=x\\ y'z  z'")
        words = (*values, "time", "time -p", "A=1 time", "env A=1 B=2")
        more = ("true && A=1", "sudo -H", "nohup", "A=$(echo 1)", "A=$(echo 1) B='2 3'")
        with mock.patch.dict(os.environ, PATH=self.folder_with_a_pip()):
            for before in words + more:
                with self.subTest(before):
                    said = self.said(f"!{before} pip install unittest || true; echo done")
                    self.assertRegex(said, r"\ARequirement already satisfied: unittest \(\S+\)\ndone\n\Z")
            for before in words:
                with self.subTest(before), mock.patch("subprocess.Popen", side_effect=PermissionError(1, "not permitted")):
                    self.assertRegex(self.said(f"!{before} pip install unittest"), r"\ARequirement already satisfied")
            for before in ("echo A=1", "echo time", "A='", "timeout=1;echo", "A=1;echo"):
                self.assertNotIn("already", self.said(f"!{before} pip install unittest"), before)

    def folder_with_a_pip(self) -> str:
        """In front of others, so that whoever calls it is noticed."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "pip")
        with open(path, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\necho the host\n")
        os.chmod(path, 0o755)
        return f"{folder.name}:{os.environ['PATH']}"

    def test_lists_of_pip_are_filtered_where_that_can_be(self) -> None:
        with mock.patch("importlib.metadata.distributions", return_value=[_Distribution("one"), _Distribution("other")]):
            self.assertEqual(self.said("!pip list | grep one"), "one==1.0\n")
            with mock.patch("subprocess.Popen", side_effect=PermissionError(1, "Operation not permitted")):
                self.assertIn("one==1.0\nother==1.0\n", self.said("!pip list | grep one"))

    def test_pip_in_scripts_is_answered_too(self) -> None:
        lines = ("# this isn't much", "python3 -m pip install -q unittest", "if ! pip install nothing-like-it; then echo none; fi")
        said = self.said("\n".join(["%%bash", *lines]))
        self.assertIn("already satisfied: unittest", said)
        self.assertIn("nothing-like-it is not here", said)
        self.assertTrue(said.endswith("none\n"))

    def test_words_about_pip_are_no_commands(self) -> None:
        for words in ("'a; pip install x'", '"a && pip install x"', "a\\; pip install x", "a pip install x"):
            self.assertEqual(self.said(f"!echo {words}; true"), "a" + words.strip("'\"")[1:].replace("\\", "") + "\n")
        self.assertEqual(self.said("%%bash\ncat << end\npip install x\nend"), "pip install x\n")


class MagicsTest(notebook_cells.CellsTest):
    def test_names_of_the_notebook_are_not_variables_of_the_program(self) -> None:
        self.names["get_ipython"] = self.run_cell("import builtins\nbuiltins.get_ipython")
        self.assertEqual(self.said("%who"), "builtins\n")
        self.run_cell("open = 5")
        self.assertEqual(self.said("%who"), "builtins\t open\n")

    def test_question_with_stars_lists_names(self) -> None:
        self.run_cell("printed = 1")
        self.assertEqual(self.said("*rint*?").split(), ["print", "printed"])
        self.assertEqual(self.said("%psearch pri*").split(), ["print", "printed"])

    def test_events_of_libraries_are_not_talked_about(self) -> None:
        self.names["library"] = types.SimpleNamespace(function=contextlib.suppress)
        self.assertEqual(self.said("get_ipython().events.register('post_execute', library.function)"), "")
        self.assertIn("not called here", self.said("def own(): pass\nget_ipython().events.register('post_execute', own)"))

    def test_time_of_a_short_statement_is_measured(self) -> None:
        said = self.said("%time sum(range(10 ** 5))")
        self.assertRegex(said, r"^CPU times: user \d.* [mµn]?s, sys: .*, total: [1-9]\S* [mµ]?s\nWall time: ")
        self.assertIsNone(re.search(r"total: \d+0 ms", said), said)  # ticks of a clock

    def test_cells_in_other_languages_have_a_text(self) -> None:
        cells = (("html", "HTML", "text/html"), ("latex", "Latex", "text/latex"), ("svg", "SVG", "image/svg+xml"))
        for magic, name, mime in cells:
            self.run_cell(f"%%{magic}\nwords")
            expected = {"text/plain": f"<IPython.core.display.{name} object>", mime: "words\n"}
            self.assertEqual(self.displayed, [expected])

    def test_a_coroutine_that_is_dropped_by_us_is_not_said_to_be_ours(self) -> None:
        before = warnings._warn_unawaited_coroutine
        self.addCleanup(setattr, warnings, "_warn_unawaited_coroutine", before)
        with mock.patch.object(policy, "SHOWN_FOLDER", __file__):
            unawaited.name_places_of_programs()
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                asyncio.sleep(0)  # this file is taken for ours
                gc.collect()
                exec(compile("import asyncio\n\nasyncio.sleep(0)", "cell.py", "exec"), {})
        self.assertIn("coroutine 'sleep' was never awaited", str(caught[0].message))
        self.assertNotIn(caught[0].filename, (__file__, warnings.__file__))
        self.assertEqual((caught[1].filename, caught[1].lineno), ("cell.py", 3))


class ShownTest(unittest.TestCase):
    def test_a_figure_without_anything_has_no_picture(self) -> None:
        figures = types.ModuleType("matplotlib.figure")
        figures.Figure = _Figure
        with mock.patch.dict(sys.modules, {"matplotlib.figure": figures}):
            self.assertEqual(list(mime_bundle.of(_Figure(children=1))), ["text/plain"])
            self.assertEqual(mime_bundle.of(_Figure(children=2))["image/png"], b"picture")

    def test_what_went_into_a_file_is_said_and_an_empty_bundle_is_nothing(self) -> None:
        area = mock.Mock(length=0)
        area.append.return_value = True
        shown = display.Displays(area, "/nowhere")
        written = mock.patch.object(shown, "_write", side_effect=lambda name, _: name)
        with written, contextlib.redirect_stderr(io.StringIO()):
            shown.display({"text/html": "x" * (display.MAX_TEXT + 1)}, raw=True)
            shown.display({}, {"text/html": None}, raw=True)
        area.append.assert_called_once_with(b'["display", {"text/plain": "in display-1.html"}]\n')


class _Distribution:
    def __init__(self, name: str) -> None:
        self.metadata, self.version = {"Name": name}, "1.0"


class _Figure:
    def __init__(self, children: int) -> None:
        self._children = children

    def get_children(self) -> "list[object]":
        return [None] * self._children

    def savefig(self, target: io.BytesIO, **_: object) -> None:
        target.write(b"picture")


if __name__ == "__main__":
    unittest.main()
