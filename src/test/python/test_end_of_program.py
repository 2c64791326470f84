"""What a program has left sees and does at its end what it would in an interpreter of its own, and nothing of ours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import unittest
from typing import Tuple

_HARNESS = """
import sys
sys.path.insert(0, %r)
from sandbox.program import main_module, program
from sandbox.program.execution import bottom
from sandbox.program.figures import figures
from sandbox.zygote import memory_importer
sys.path.pop(0)
folder = sys.argv[1]
main_module.become_main(folder, ["", *sys.path[1:]])
class Writer:
    results = None
    def runs(self, fields): pass
    def done(self, fields): open(folder + "/told", "w").write(repr(fields))
def begin():
    with open(folder + "/given.py", "rb") as file:
        source = file.read()
    return program.Run(source, Writer(), False)
bottom.go_on_with(begin)
"""
_SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../main/resources/org/pyexec")

Ended = Tuple[int, str, str]


class EndOfProgramTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def ended(self, *command: str, stdin: str) -> Ended:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        words = [sys.executable, *command]
        result = subprocess.run(
            words, input=stdin, capture_output=True, text=True, env=environment, cwd=self.folder, timeout=20
        )
        return result.returncode, result.stdout, result.stderr

    def write(self, name: str, program: str) -> str:
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(program)
        return path

    def here(self, program: str, stdin: str = "") -> Ended:
        self.write("given.py", program)
        harness = self.write("harness.py", _HARNESS % _SOURCES)
        code, out, err = self.ended(harness, self.folder, stdin=stdin)
        return code, out.replace(self.folder + "/", ""), err.replace(self.folder + "/", "")

    def bare(self, program: str, stdin: str = "") -> Ended:
        self.write("main.py", program)
        code, out, err = self.ended("main.py", stdin=stdin)
        return code, out.replace(self.folder + "/", ""), err.replace(self.folder + "/", "")

    def told(self) -> dict:
        with open(os.path.join(self.folder, "told"), encoding="utf-8") as file:
            return dict(eval(file.read()))

    def assert_as_bare(self, program: str, stdin: str = "") -> Ended:
        bare = self.bare(program, stdin)
        found = self.here(program, stdin)
        self.assertEqual(*([re.sub("0x[0-9a-f]+", "0x", str(part)) for part in ended] for ended in (found, bare)))
        return bare

    def test_a_profile_function_that_is_left_on_harms_nothing(self) -> None:
        code, _, _ = self.assert_as_bare(
            "import sys\nn = 0\ndef p(frame, event, argument):\n    global n\n    n += 1\nsys.setprofile(p)\nprint('x')"
        )
        self.assertEqual(code, 0)

    def test_a_trace_function_sees_the_threads_and_exit_functions_and_finalizers_only(self) -> None:
        program = """
import atexit, os, sys
seen = []
def t(frame, event, argument, name=os.path.basename, seen=seen):
    seen.append((name(frame.f_code.co_filename), frame.f_code.co_name, event))
    return t
@atexit.register
def last():
    sys.settrace(None)
    print(sorted({(file, name) for file, name, _ in seen}))
sys.settrace(t)
"""
        self.assertIn("'last'", self.assert_as_bare(program)[1])
        thread = "import threading, time\nthreading.Thread(target=time.sleep, args=(0.2,)).start()\n"
        self.assertIn("_shutdown", self.assert_as_bare(thread + program)[1])

    def test_finalizers_are_watched(self) -> None:
        program = """
import os, sys
def t(frame, event, argument, write=os.write, name=os.path.basename):
    write(1, f"{event} {name(frame.f_code.co_filename)} {frame.f_back is None}\\n".encode())
class Left:
    def __del__(self): pass
left = Left()
sys.settrace(t)
"""
        self.assertEqual(self.here(program), (0, "call main.py True\n", ""))

    def test_also_where_the_program_raises_or_exits(self) -> None:
        program = """
import atexit, sys
def t(frame, event, argument, write=sys.stdout.write):
    if frame.f_code.co_filename.endswith("main.py"): write(f"{event} {frame.f_code.co_name} {frame.f_back is None}\\n")
atexit.register(lambda: 1 / 0)
sys.settrace(t)
sys.setprofile(t)
"""
        for end in ("1 / 0", "sys.exit(3)", "raise SystemExit('words')", "sys.excepthook = lambda *e: print('hook')\n1 / 0"):
            self.assert_as_bare(program + end)

    def test_what_watches_may_raise(self) -> None:
        self.assert_as_bare(
            "import atexit, sys\ndef t(frame, event, argument): raise ValueError(frame.f_code.co_name)\n"
            "atexit.register(lambda: print('still'))\nsys.settrace(t)"
        )

    def test_the_debugger_steps_out_of_the_program_as_in_an_interpreter_of_its_own(self) -> None:
        code, out, _ = self.assert_as_bare("breakpoint()\nx = 1\n", "n\nn\nn\nn\nn\n")
        self.assertEqual(code, 0)
        self.assertNotIn("bottom", out)

    def test_the_profiler_of_the_standard_library_is_left_on(self) -> None:
        program = """
import atexit, cProfile, pstats, io
p = cProfile.Profile()
@atexit.register
def told():
    p.disable()
    names = {name for _, _, name in pstats.Stats(p, stream=io.StringIO()).stats}
    print(sorted(name for name in names if name in ("f", "told", "_shutdown", "called", "_held", "hold")))
def f(): pass
p.enable()
f()
"""
        if sys.version_info < (3, 12):  # from there on it is no function of sys.setprofile() any more
            self.assert_as_bare(program)
        self.assert_as_bare("import cProfile\ncProfile.Profile().enable()\nprint('x')")

    def test_nothing_is_below_hooks_and_finalizers_and_streams(self) -> None:
        program = """
import sys
def below(sys=sys):
    frame, names = sys._getframe(1), []
    while frame is not None:
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    return names
def hook(*e): print(below())
class Left:
    def __del__(self, below=below, print=print, sys=sys): print(below())
class Stream:
    def __init__(self, stream): self.stream = stream
    def write(self, text): return self.stream.write(text)
    def flush(self, below=below):
        if below()[1:2] != ["write"]: self.stream.write(f"{below()}\\n"); self.stream.flush()
left = Left()
sys.excepthook = hook
%s
1 / 0
"""
        self.assertEqual(self.here(program % "")[1], "['hook']\n['__del__']\n")
        code, out, _ = self.here(program % "sys.stdout = Stream(sys.stdout)")
        self.assertEqual((code, set(out.splitlines())), (1, {"['hook']", "['__del__']", "['flush']"}))

    def test_a_handler_of_a_signal_is_never_called_inside_of_ours(self) -> None:
        program = """
import signal, sys, threading, time
def told(number, frame):
    while frame is not None:
        if frame.f_code.co_name in ("last_steps", "_letting_go", "leave"): print("ours")
        frame = frame.f_back
signal.signal(signal.SIGALRM, told)
signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
threading.Thread(target=time.sleep, args=(0.05,)).start()
"""
        for _ in range(5):
            self.assertEqual(self.here(program), (0, "", ""))

    def test_an_interrupt_behind_the_program_ends_the_waiting_only(self) -> None:
        program = """
import _thread, atexit, sys, threading, time
def interrupt():
    while sys._current_frames()[threading.main_thread().ident].f_code.co_name != "_shutdown":
        time.sleep(0.01)
    _thread.interrupt_main()
    time.sleep(0.2)
threading.Thread(target=interrupt).start()
atexit.register(print, "at the end")
"""
        code, out, err = self.here(program)
        self.assertEqual((code, out), (0, "at the end\n"))
        self.assertIn("Exception ignored in: <module 'threading'", err)
        self.assertIn("KeyboardInterrupt", err)
        self.assertNotIn("sandbox", err)

    def test_a_low_recursion_limit_and_a_hostile_audit_hook_do_not_change_the_status(self) -> None:
        for limit in range(12, 20):
            program = f"import sys\ntry: sys.setrecursionlimit({limit})\nexcept RecursionError: pass\n"
            self.assert_as_bare(program)
        program = "import sys\ndef hook(event, arguments): raise ValueError(event)\nsys.addaudithook(hook)"
        self.assertEqual(self.here(program)[0], 0)

    def test_an_interrupted_program_tells_what_was_raised_before_it_ends_itself(self) -> None:
        code, _, err = self.assert_as_bare("raise KeyboardInterrupt('stop')")
        told = self.told()
        self.assertEqual(code, -2)
        words = [told[name] for name in ("exception-type", "exception-value", "signal")]
        self.assertEqual(words, [b"KeyboardInterrupt", b"stop", b"2"])
        self.assertEqual(told["traceback"].decode(), err)


if __name__ == "__main__":
    unittest.main()
