"""Programs are executed with nothing below them, and what they raise comes to whoever has asked for it."""

from __future__ import annotations

import os
import subprocess
import sys
import unittest
from typing import Any, Dict, Iterator, List, Optional
from unittest import mock

from sandbox.program.execution import bottom

_HARNESS = """
import os, sys, traceback
from sandbox.program.execution import bottom
class Duty:
    last = None
    flags = 0
    def __init__(self, bodies):
        self.names = {"__name__": "__main__", "__builtins__": __builtins__}
        self.bodies, self.file, self.raised = bodies, "main.py", None
    def begin(self): self.body = self.bodies.pop(0)
    def pause(self): pass
    def show(self, value): print("shown", value)
    def end(self):
        e, self.raised = self.raised, None
        print(repr(e), [f.name for f in traceback.extract_tb(e and e.__traceback__) if f.filename == "main.py"])
        if self.bodies: return self
        sys.stdout.flush()
        os._exit(0)
bottom.go_on_with(lambda: lambda: Duty(%r))
"""
_SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../main/resources/org/pyexec")


def _outcomes(*programs: str) -> list:
    command = [sys.executable, "-c", _HARNESS % (list(programs),)]
    environment = {**os.environ, "PYTHONPATH": _SOURCES, "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    return (ended.stdout + ended.stderr).splitlines()


class BottomTest(unittest.TestCase):
    def test_nothing_is_below_a_program(self) -> None:
        below = "import sys\ntry: sys._getframe(1)\nexcept ValueError: print('none', sys.exc_info()[0], locals() is globals())"
        expected = "none <class 'ValueError'> True"
        self.assertEqual(_outcomes(below, below), [expected, "None []", expected, "None []"])

    def test_it_goes_as_deep_as_in_an_interpreter_of_its_own(self) -> None:
        deep = """
import sys
def f(n): return n and 1 + f(n - 1)
reached = 900
try:
    while f(reached): reached += 1
except RecursionError: print(reached)
"""
        bare = subprocess.run([sys.executable, "-c", deep], capture_output=True, text=True, timeout=60).stdout.strip()
        self.assertEqual(_outcomes(deep, deep), [bare, "None []", bare, "None []"])

    def test_what_is_raised_comes_out(self) -> None:
        raising = ("def f(): 1/0\nf()", "import sys; sys.exit(3)", "raise GeneratorExit(1)", "raise KeyboardInterrupt", "x = 1")
        self.assertEqual(
            _outcomes(*raising),
            [
                "ZeroDivisionError('division by zero') ['<module>', 'f']",
                "SystemExit(3) ['<module>']",
                "GeneratorExit(1) ['<module>']",
                "KeyboardInterrupt() ['<module>']",
                "None []",
            ],
        )

    def test_what_cannot_be_compiled_is_raised_as_well(self) -> None:
        self.assertIn("SyntaxError", _outcomes("def")[0])

    def test_built_in_functions_are_there_again_where_a_program_has_deleted_them(self) -> None:
        told = _outcomes("del __builtins__\ndef f(): return len('abc')", "print(__builtins__.len is len, f())")
        self.assertEqual(told, ["None []", "True 3", "None []"])

    def test_a_hook_of_the_programs_does_not_get_what_it_raises(self) -> None:
        told = _outcomes("import sys\nsys.unraisablehook = print\n1/0")
        self.assertEqual(told, ["ZeroDivisionError('division by zero') ['<module>']"])

    def test_a_debugger_ends_with_the_program_whose_input_it_reads(self) -> None:
        stopping = """
import bdb, sys
class Debugger(bdb.Bdb):
    def user_line(self, frame): print('stopped')
Debugger().set_trace()
x = 1
"""
        told = _outcomes(stopping, "import sys; print(sys.gettrace()); y = 2")
        self.assertEqual(told, ["stopped", "None []", "None", "None []"])

    def test_what_else_traces_goes_on_with_the_next_program(self) -> None:
        tracing = """
import bdb, sys
seen = []
def trace(frame, event, argument):
    seen.append((frame.f_code.co_filename, event))
sys.settrace(trace)
"""
        told = _outcomes(tracing, "sys.settrace(None) or print(seen)", "print(sys.gettrace())")
        self.assertEqual(told, ["None []", "[('main.py', 'call')]", "None []", "None", "None []"])

    def test_long_chains_of_objects_are_freed_while_it_runs(self) -> None:
        chain = """
import gc
class N: pass
def make():
    h = None
    for _ in range(50000):
        n = N(); n.next = h; h = n
gc.collect(); before = len(gc.get_objects())
make()
print(len(gc.get_objects()) - before < 1000)
"""
        self.assertEqual(_outcomes(chain), ["True", "None []"])


class CalledTest(unittest.TestCase):
    def test_an_interrupt_on_the_way_to_a_function_is_what_has_been_raised(self) -> None:
        called: List[str] = []
        raised: List[Optional[BaseException]] = []

        def steps() -> Iterator[bottom.Step]:
            raised.append((yield from bottom.called(lambda: called.append("called"))))

        dict(steps())
        with mock.patch.object(bottom._Closing, "__next__", side_effect=KeyboardInterrupt):
            dict(steps())
        dict(steps())
        self.assertEqual([type(each) for each in raised], [type(None), KeyboardInterrupt, type(None)])
        self.assertEqual(called, ["called"] * 2)


    def test_what_an_interrupt_has_kept_from_being_called_is_not_called_with_a_later_step(self) -> None:
        called: List[str] = []
        interrupted = bottom.called(lambda: called.append("interrupted"))
        kept: Dict[Any, Any] = dict([next(interrupted)])
        self.assertRaises(KeyboardInterrupt, interrupted.throw, KeyboardInterrupt)
        kept.update(bottom.called(lambda: called.append("next")))
        self.assertEqual(called, ["next"])

    def test_an_interrupt_before_the_first_step_keeps_it_from_being_called(self) -> None:
        called: List[str] = []

        def begin(held: Iterator[None], _: object) -> None:
            held.__next__()
            raise KeyboardInterrupt

        interrupted = bottom.called(lambda: called.append("called"))
        with mock.patch.object(bottom, "next", begin, create=True):
            self.assertRaises(KeyboardInterrupt, interrupted.send, None)
        self.assertEqual(called, [])


class RehearsalTest(unittest.TestCase):
    def test_it_has_built_in_functions_as_every_program(self) -> None:
        names: Dict[str, object] = {}
        bottom.rehearse(compile("found = len(__builtins__.__name__)", "main.py", "exec"), names)
        self.assertEqual(names["found"], len("builtins"))

    def test_it_raises_what_is_raised(self) -> None:
        with self.assertRaises(ZeroDivisionError):
            bottom.rehearse(compile("1/0", "main.py", "exec"), {})


if __name__ == "__main__":
    unittest.main()
