"""Cells of a session: what they give, what they leave, and what their errors look like. Without a sandbox."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import sys
import tempfile
import unittest
from unittest import mock

import notebook_cells
from sandbox.policy import policy
from sandbox.program.notebook import notebook

OURS = os.path.dirname(os.path.dirname(os.path.dirname(notebook.__file__)))  # the folder of the package


class NotebookTest(notebook_cells.CellsTest):
    def test_a_comment_about_the_encoding_changes_nothing(self) -> None:
        for comment in ("# -*- coding: latin-1 -*-", "# coding: ascii", "# coding: utf-8"):
            self.assertEqual(self.run_cell(f"{comment}\nx = 'é'\nlen(x)"), 1)
            self.assertEqual(self.run_cell(f"{comment}\nx = 'é'\n%pwd\nlen(x)"), 1)
            with self.assertRaises(SyntaxError):
                self.run_cell(f"{comment}\nx = é(")

    def test_underscore_is_the_last_value_until_the_program_takes_it(self) -> None:
        self.run_cell("1")
        self.run_cell("2")
        self.assertEqual(self.run_cell("_, __, _1, Out[2]"), (2, 1, 1, 2))
        self.run_cell("for _ in 'ab': pass")
        self.run_cell("3")
        self.assertEqual(self.run_cell("_"), "b")
        self.assertEqual(self.run_cell("In[1], _i"), ("1", "_"))

    def test_gettext_keeps_its_underscore(self) -> None:
        self.run_cell("import builtins; builtins._ = str.upper; del _")
        self.run_cell("4")
        self.assertEqual(self.run_cell("_('a')"), "A")

    def test_a_value_with_a_finalizer_is_not_kept(self) -> None:
        self.run_cell("gone = []\nclass A:\n    def __del__(self): gone.append(1)\nA()")
        self.assertEqual(self.run_cell("gone"), [1])

    def test_a_semicolon_hides_the_value(self) -> None:
        self.assertIsNone(self.run_cell("5;"))
        self.assertIsNone(self.run_cell("%pwd;"))
        self.assertEqual(self.run_cell(">>> 5"), 5)

    def test_a_prompt_is_left_out_where_it_would_be_python_too(self) -> None:
        self.assertEqual(self.run_cell("In [3]: 1"), 1)
        self.assertEqual(self.run_cell("In [4]: a = 6\nIn [5]: a"), 6)

    def test_await_stands_anywhere_and_asyncio_run_beside_it(self) -> None:
        self.assertEqual(self.run_cell("import asyncio\nawait asyncio.sleep(0, 'done')"), "done")
        self.assertEqual(self.run_cell("asyncio.run(asyncio.sleep(0, 'run'))"), "run")
        self.run_cell("async def each():\n    yield 1\n    yield 2\nasync for n in each():\n    last = n")
        self.assertEqual(self.run_cell("asyncio.run(asyncio.sleep(0))\n[n async for n in each()], last"), ([1, 2], 2))

    def test_a_task_goes_on_in_the_next_cell_that_awaits(self) -> None:
        self.run_cell("import asyncio\ntask = asyncio.create_task(asyncio.sleep(0, 'late'))")
        self.assertEqual(self.run_cell("await task"), "late")

    def test_a_session_without_asyncio_has_no_loop(self) -> None:
        with mock.patch.dict(sys.modules):
            sys.modules.pop("asyncio", None)
            self.run_cell("text = 'await'")
            self.assertNotIn("asyncio", sys.modules)
        self.assertIsNone(notebook_cells.loop_of(self.notebook))

    def test_a_loop_that_a_cell_has_had_before_is_that_of_the_first_await(self) -> None:
        self.names["loop"] = asyncio.new_event_loop()
        asyncio.set_event_loop(self.names["loop"])
        self.assertEqual(self.run_cell("await loop.run_in_executor(None, lambda: 3)"), 3)

    def test_future_statements_hold_for_the_whole_cell(self) -> None:
        code = "from __future__ import annotations\nimport asyncio\nawait asyncio.sleep(0)\ndef f(x: nothing): pass\nf.__annotations__"
        self.assertEqual(self.run_cell(code), {"x": "nothing"})

    def test_tracebacks_have_the_lines_of_the_cell_and_no_frames_of_ours(self) -> None:
        for code in ("x = 0\n%time 1 / x", "%%time\n1 / x", "import asyncio\nawait asyncio.sleep(1 / x)", "!true\n1 / x"):
            self.run_cell("x = 0")
            e = self.raised(code)
            self.assertIsInstance(e, ZeroDivisionError)
            frames = []
            entry = e.__traceback__.tb_next if e.__traceback__ else None
            while entry is not None:
                if entry.tb_frame.f_code.co_filename not in (__file__, notebook_cells.__file__):
                    frames.append((entry.tb_frame.f_code.co_filename, entry.tb_lineno))
                entry = entry.tb_next
            self.assertEqual({file for file, _ in frames}, {f"main.py (run {self.number})"}, code)
            self.assertEqual(frames[-1][1], 2)

    def raised(self, code: str) -> BaseException:
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                self.run_cell(code)
        except ZeroDivisionError as e:
            with mock.patch.object(policy, "SHOWN_FOLDER", OURS):
                return notebook.without_our_frames(e)
        raise AssertionError(f"{code} raised nothing")

    def test_unknown_magics_are_said_and_the_rest_runs(self) -> None:
        self.assertIn("%nothing is not known", self.said("%nothing 1\nx = 1"))
        self.assertIn("%%nothing is not known", self.said("%%nothing\nx = 2"))
        self.assertEqual(self.run_cell("x"), 2)
        self.assertIn("%%R cannot be run", self.said("%%R\nx <- 3"))
        self.assertEqual(self.run_cell("x"), 2)

    def test_variables_come_into_commands(self) -> None:
        self.run_cell("name = 'x y'\nnumbers = [1, 2]")
        self.assertEqual(self.said("!echo $name {numbers[1]} '$name'"), "x y 2 $name\n")
        self.assertNotIn("$", self.said("!echo $$HOME"))
        self.assertEqual(self.run_cell("lines = !echo {name}; echo 2\nlines"), ["x y", "2"])
        self.assertEqual(self.said("for n in numbers:\n    !echo {n * 2}"), "2\n4\n")
        self.assertEqual(self.said("!awk 'BEGIN {print 7}'"), "7\n")

    def test_where_nothing_can_be_started_a_sentence_says_so(self) -> None:
        with mock.patch("subprocess.Popen", side_effect=PermissionError(1, "Operation not permitted")):
            self.assertIn("no other program can be started here", self.said("!ls\nx = 1"))
            self.assertIn("no other program can be started here", self.said("%%bash\nls"))
        self.assertEqual(self.run_cell("x, _exit_code"), (1, 127))

    def test_pip_says_what_is_there(self) -> None:
        self.assertIn("Requirement already satisfied: unittest", self.said("!pip install unittest"))
        self.assertIn("nothing-like-it>=2 is not here", self.said("%pip install -q nothing-like-it>=2"))
        for command in ("!pip install unittest 2>&1 | tail -1", "!{python} -m pip install unittest && pip3 install unittest"):
            self.run_cell("import sys; python = sys.executable")
            self.assertIn("already satisfied", self.said(command))
        self.assertEqual(self.said("!echo pip install unittest"), "pip install unittest\n")

    def test_captured_output_is_kept(self) -> None:
        self.assertEqual(self.said("%%capture kept\nprint('a')\n!echo b\n6"), "")
        self.assertEqual(self.run_cell("kept.stdout, len(kept.outputs)"), ("a\nb\n", 1))

    def test_classes_of_earlier_cells_have_a_source(self) -> None:
        self.run_cell("import inspect\nclass A:\n    '''first'''\n    x = 1")
        self.run_cell("%pwd\nclass B:\n    def m(self):\n        return 'B'\n    class C:\n        y = 1")
        self.assertIn("first", self.run_cell("inspect.getsource(A)"))
        self.assertIn("return 'B'", self.run_cell("inspect.getsource(B)"))
        self.assertEqual(self.run_cell("inspect.getsource(B.C)"), "    class C:\n        y = 1\n")

    def test_lines_of_earlier_cells_are_counted_and_written(self) -> None:
        self.names["__file__"] = "/folder/main.py"
        self.run_cell("def f(n):\n    %precision 3\n    for each in range(n):\n        pass\n    return n")
        self.run_cell("import trace\ntracer = trace.Trace(count=1, trace=0)")
        self.assertEqual(self.run_cell("def g(): return f(2)\ntracer.runfunc(g)"), 2)
        counted = self.run_cell("{at: n for at, n in tracer.results().counts.items() if at[0].startswith('main.py')}")
        expected = {("main.py", 2): 1, ("main.py", 3): 3, ("main.py", 4): 2, ("main.py", 5): 1, ("main.py (run 3)", 1): 1}
        self.assertEqual(counted, expected)
        with tempfile.TemporaryDirectory() as self.names["folder"], mock.patch.object(policy, "SHOWN_FOLDER", "/"):
            said = self.said("tracer.results().write_results(summary=True, coverdir=folder)")
            self.assertEqual(sorted(os.listdir(self.names["folder"])), ["main (run 3).cover", "main.cover"])
            with open(os.path.join(self.names["folder"], "main.cover"), encoding="utf-8") as file:
                lines = file.read().splitlines()
        self.assertIn("80%   main   (main.py)\n", said)
        self.assertEqual(lines[:3], [">>>>>> def f(n):", "    1:     %precision 3", "    3:     for each in range(n):"])

    def test_cells_that_await_are_counted_too(self) -> None:
        self.names["__file__"] = "/folder/main.py"
        self.run_cell("import asyncio, trace\ndef f(): return 1\nawait asyncio.sleep(0)")
        self.run_cell("tracer = trace.Trace(count=1, trace=0)\ntracer.runfunc(f)")
        with tempfile.TemporaryDirectory() as self.names["folder"]:
            said = self.said("tracer.results().write_results(coverdir=folder)")
            with open(os.path.join(self.names["folder"], "main.cover"), encoding="utf-8") as file:
                self.assertIn("    1: def f(): return 1\n", file.read())
        self.assertIn("Not printing coverage data for 'main.py'", said)

    def test_every_expression_is_shown_where_that_is_wanted(self) -> None:
        self.run_cell("get_ipython().ast_node_interactivity = 'all'")
        self.assertEqual(self.run_cell("1\nx = 2\nx\n3"), 3)
        self.assertEqual(self.displayed, [1, 2])

    def test_names_of_magics_are_variables_first(self) -> None:
        self.run_cell("who = 7")
        self.assertEqual(self.run_cell("who"), 7)
        self.assertEqual(self.run_cell("pwd"), self.run_cell("%pwd"))

    def test_what_is_too_long_or_too_deep_is_plain_python(self) -> None:
        with self.assertRaises((SyntaxError, MemoryError, RecursionError)):
            self.run_cell("(" * 10_000)
        self.assertEqual(self.run_cell("8"), 8)


if __name__ == "__main__":
    unittest.main()
