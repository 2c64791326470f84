"""Cells that await: which loop there is, and which statements run in it."""

from __future__ import annotations

import unittest

import notebook_cells


class AwaitTest(notebook_cells.CellsTest):
    def setUp(self) -> None:
        super().setUp()
        self.run_cell("import asyncio\nasync def answer(): return 42")

    def test_there_is_one_loop_for_the_session(self) -> None:
        code = "loop = asyncio.get_event_loop()\nnumber = await loop.run_in_executor(None, lambda: 3)\nnumber"
        self.assertEqual(self.run_cell(code), 3)
        self.run_cell("asyncio.run(answer())")
        self.assertTrue(self.run_cell("asyncio.get_event_loop() is loop"))
        self.run_cell("other = asyncio.new_event_loop()\nother.close()\nasyncio.set_event_loop(other)")
        self.assertTrue(self.run_cell("asyncio.get_event_loop() is loop and asyncio.get_running_loop() is loop"))

    def test_after_asyncio_run_there_is_a_loop_in_the_next_cell(self) -> None:
        self.run_cell("asyncio.run(answer())")
        self.assertEqual(self.run_cell("asyncio.get_event_loop().run_until_complete(answer())"), 42)

    def test_a_closed_loop_is_replaced(self) -> None:
        self.run_cell("await answer()\nasyncio.get_event_loop().close()")
        self.assertEqual(self.run_cell("await answer()"), 42)

    def test_functions_that_make_tasks_are_called_in_the_loop(self) -> None:
        self.run_cell("def start(): return asyncio.create_task(answer())\ndef again(): return start()")
        self.assertEqual(self.run_cell("task = start()\nawait task"), 42)
        self.run_cell("task = again()")
        self.assertEqual(self.run_cell("await task"), 42)
        self.run_cell("class Job:\n    def __init__(self): self.task = asyncio.ensure_future(answer())\njob = Job()")
        self.assertEqual(self.run_cell("await job.task"), 42)

    def test_what_runs_a_loop_itself_is_left_out_of_it(self) -> None:
        self.run_cell("await answer()\nloop = asyncio.get_event_loop()")
        self.assertEqual(self.run_cell("loop.run_until_complete(loop.create_task(answer()))"), 42)
        self.run_cell("def start():\n    return asyncio.ensure_future(answer(), loop=loop)")
        self.assertEqual(self.run_cell("loop.run_until_complete(start())"), 42)
        self.assertEqual(self.run_cell("def run():\n    asyncio.ensure_future\n    return asyncio.run(answer())\nrun()"), 42)

    def test_magics_run_bodies_that_await(self) -> None:
        self.assertEqual(self.said("%%capture kept\nvalue = await answer()\nprint(value)"), "")
        self.assertEqual(self.run_cell("value, kept.stdout"), (42, "42\n"))
        self.assertIn("Wall time", self.said("%%time\nmore = await answer() + 1"))
        self.assertEqual(self.run_cell("more"), 43)
        self.assertIn("Wall time", self.said("last = %time await answer()"))
        self.assertEqual(self.run_cell("last"), 42)

    def test_errors_of_tasks_name_the_cell(self) -> None:
        self.addCleanup(lambda: self.names["other"].get_loop().close())
        with self.assertRaisesRegex(RuntimeError, r"coro=<<module>\(\) running at main\.py \(run 2\):2>"):
            self.run_cell("other = asyncio.new_event_loop().create_future()\nawait other")
        self.assertEqual(self.run_cell("asyncio.current_task().get_coro().__name__"), "<module>")

    def test_future_statements_hold_for_later_cells(self) -> None:
        self.run_cell("'words'\nfrom __future__ import annotations, division")
        self.assertEqual(self.run_cell("def f(x: nothing): pass\nf.__annotations__"), {"x": "nothing"})
        self.run_cell("annotations = 5")
        code = "await answer()\ndef f(x: nowhere): pass\nannotations, f.__annotations__"
        self.assertEqual(self.run_cell(code), (5, {"x": "nowhere"}))
        self.said("%%time\ndef g(x: nobody): pass")
        self.assertEqual(self.run_cell("g.__annotations__"), {"x": "nobody"})


if __name__ == "__main__":
    unittest.main()
