"""The stand-in for modules of IPython, in an interpreter of its own that has no other."""

from __future__ import annotations

import subprocess
import sys
import unittest

_HARNESS = """
import sys, types
from sandbox.program.notebook import ipython, notebook
for name in [name for name in sys.modules if name.partition(".")[0] == "IPython"]: del sys.modules[name]
class Blind:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "IPython": return ipython._Finder().find_spec(name)
sys.meta_path.insert(0, Blind())
shell = notebook.Notebook({}, "/").shell
print(%s)
"""


def _value(expression: str) -> str:
    ended = subprocess.run([sys.executable, "-B", "-c", _HARNESS % expression], capture_output=True, text=True, timeout=60)
    return ended.stdout.rstrip("\n") + ended.stderr


class IPythonTest(unittest.TestCase):
    def test_modules_are_parts_of_their_packages(self) -> None:
        self.assertEqual(_value("__import__('IPython').lib.pretty.pretty({'a': [1]})"), "{'a': [1]}")
        self.assertEqual(_value("__import__('IPython').core.interactiveshell.InteractiveShell.initialized()"), "True")
        self.assertEqual(_value("__import__('IPython').display.__name__"), "IPython.display")
        for name, expected in (("__path__", "True"), ("nothing", "False"), ("__all__", "False")):
            self.assertEqual(_value(f"hasattr(__import__('IPython'), '{name}')"), expected, name)

    def test_display_is_of_the_module_that_it_is_of_in_ipython(self) -> None:
        places = "IPython.core.display_functions IPython.core.display_functions IPython.core.display"
        names = "ipython.ipython_display.display, imported.display, imported.HTML"
        imported = "[each.__module__ for imported in [__import__('IPython.display').display] for each in (%s)]"
        self.assertEqual(_value("ipython.ipython_display.display.__module__"), places.split()[0])
        self.assertEqual(_value(f"*{imported % names}"), places)
        pickled = "__import__('pickle').dumps(ipython.ipython_display.display)"
        self.assertEqual(_value(f"__import__('pickle').loads({pickled}) is ipython.ipython_display.display"), "True")

    def test_the_shell_is_not_that_of_a_terminal(self) -> None:
        imported = "__import__('IPython.terminal.interactiveshell', fromlist=['x']).TerminalInteractiveShell"
        self.assertEqual(_value(f"isinstance(shell, {imported}), issubclass({imported}, type(shell).__mro__[1])"), "False True")

    def test_formulas_have_no_picture(self) -> None:
        self.assertEqual(_value("__import__('IPython.lib.latextools', fromlist=['x']).latex_to_png('$x$', scale=1.0)"), "None")

    def test_a_printer_that_asks_for_the_usual_text_gets_it(self) -> None:
        """As sympy.init_printing() registers one for dict, list and others."""
        register = "shell.display_formatter.formatters['text/plain'].for_type(dict, lambda value, p, _: "
        usual = "p.text(__import__('IPython').lib.pretty.pretty(value)))"
        self.assertEqual(_value(f"({register}{usual}, shell.display_formatter.text({{'a': 1}}))[1]"), "{'a': 1}")


if __name__ == "__main__":
    unittest.main()
