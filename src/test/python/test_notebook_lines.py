"""Which lines are commands of a notebook, and which are Python that only looks like it."""

from __future__ import annotations

import ast
import unittest
from typing import Optional

from sandbox.program.execution import fence
from sandbox.program.notebook import notebook_lines


def translated(text: str, *bare: str) -> Optional[str]:
    cell = notebook_lines.translate(text.split("\n"), lambda name: name in bare)
    return None if cell is None else cell.text


class CommandsTest(unittest.TestCase):
    def assert_becomes(self, text: str, expected: str, *bare: str) -> None:
        self.assertEqual(translated(text, *bare), expected, text)
        ast.parse(expected)
        self.assertEqual(expected.count("\n"), text.count("\n"), "lines stay where they are")

    def test_each_kind_of_line_is_a_call(self) -> None:
        magic = "get_ipython().run_line_magic"
        for text, expected in (
            ("%matplotlib inline", f"{magic}('matplotlib', 'inline')"),
            ("  %cd  /tmp  ", f"{magic}('cd', '/tmp')"),
            ("x = %pwd", f"x = {magic}('pwd', '')"),
            ("a.b[0] = %env HOME", f"a.b[0] = {magic}('env', 'HOME')"),
            ("!ls -l | wc", "get_ipython().system('ls -l | wc')"),
            ("!!ls", "get_ipython().getoutput('ls')"),
            ("files, = !ls", "files, = get_ipython().getoutput('ls')"),
            ("files = ! ls -l", "files = get_ipython().getoutput('ls -l')"),
            ("len?", f"{magic}('pinfo', 'len')"),
            ("a.b[0]??", f"{magic}('pinfo2', 'a.b[0]')"),
            ("?len", f"{magic}('pinfo', 'len')"),
            ("*int*?", f"{magic}('pinfo', '*int*')"),
            ("pr*t?", f"{magic}('pinfo', 'pr*t')"),
            ("%time?", f"{magic}('pinfo', '%time')"),
        ):
            self.assert_becomes(text, expected)

    def test_commands_stand_between_python(self) -> None:
        self.assert_becomes(
            "import os\nfor i in range(3):\n    !echo {i}\n    y = i\n%who\n",
            "import os\nfor i in range(3):\n    get_ipython().system('echo {i}')\n    y = i\n"
            "get_ipython().run_line_magic('who', '')\n",
        )

    def test_a_backslash_continues_a_command(self) -> None:
        self.assert_becomes("!echo a \\\n   b\nx = 1", "get_ipython().system('echo a b')\n\nx = 1")

    def test_quotes_of_a_command_are_not_those_of_python(self) -> None:
        self.assert_becomes("!echo it's\n!echo (", '''get_ipython().system("echo it's")\nget_ipython().system('echo (')''')
        self.assert_becomes("s = 'it''s' # don't\n!ls", "s = 'it''s' # don't\nget_ipython().system('ls')")

    def test_what_looks_like_a_command_inside_of_python_is_left_alone(self) -> None:
        for text in (
            "a = 7 \\\n%b",
            "f(a,\n%b)",
            "s = '''\n%who\n!ls\nlen?\n'''",
            's = """it\'s\n!ls"""',
            "s = 'a\\\n%b'",
            "d = {\n!x\n}",
            "x = a != b",
            "x =! = b",
            "x = !",
            "x = % b",
            "3*int?",
            "x == %y",
            "print('x = %d' % 3)",
            "# what is it?",
            "s = 'really?'",
            "f'{a!r}'",
            "x = y if z else w  # %time",
            "@decorator\ndef f(): ...",
        ):
            self.assertIsNone(translated(text), text)

    def test_a_string_that_ends_with_its_line_ends(self) -> None:
        self.assertIn("run_line_magic('who'", translated("x = 'open\n%who") or "")
        self.assertIn("system('ls')", translated("x = '\\\\'\n!ls") or "")

    def test_a_cell_magic_takes_all_that_follows(self) -> None:
        self.assert_becomes("%%time\nx = 1\n%who", "get_ipython().run_cell_magic('time', '', 'x = 1\\n%who\\n')\n\n")
        self.assert_becomes("\n# why\n%%bash -e\nls", "\n# why\nget_ipython().run_cell_magic('bash', '-e', 'ls\\n')\n")
        self.assertIn("run_line_magic('pinfo', '%%time')", translated("%%time?") or "")

    def test_a_bare_word_is_a_magic_only_when_it_stands_alone(self) -> None:
        self.assert_becomes("pip install x", "get_ipython().run_line_magic('pip', 'install x')", "pip")
        for text in ("pip = 1", "pip == 1", "pip(1)", "pip.x", "x\npip install y", "pip: int", "pip, x = y"):
            self.assertIsNone(translated(text, "pip"), text)

    def test_prompts_and_indentation_are_taken_away(self) -> None:
        self.assert_becomes(">>> x = 1\n... y\n>>> z", "x = 1\ny\nz")
        self.assert_becomes("In [12]: x = 1\n    ...: y", "x = 1\ny")
        self.assert_becomes("    x = 1\n    if x:\n        !ls", "x = 1\nif x:\n    get_ipython().system('ls')")

    def test_places_in_tracebacks_are_those_of_the_lines_as_they_were_written(self) -> None:
        lines = [">>> !ls;", ">>> x / 0"]
        cell = notebook_lines.translate(lines, lambda _: False)
        assert cell is not None
        tree = ast.parse(cell.text)
        notebook_lines.relocate(tree, cell, lines)
        command, division = tree.body
        self.assertEqual((command.col_offset, command.end_col_offset), (0, 7))
        self.assertEqual((division.col_offset, division.end_col_offset), (4, 9))
        compile(tree, "main.py", "exec")

    def test_time_grows_with_the_length_only(self) -> None:
        for text in (
            "(" * 100_000,
            "'" * 100_001,
            "\\\n" * 50_000,
            "a = " * 50_000 + "%",
            "a = !" + " " * 10**5,
            "*" * 100_000 + "!",
            "x." * 100_000 + "?",
            "a" + " " * 10**5 + "?!",
        ):
            translated(text + "\n%who")
        self.assertTrue(translated("%who\n" * (notebook_lines.MAX_CHARACTERS // 3)) is None, "it is too long to be looked at")


class FenceTest(unittest.TestCase):
    def test_a_fence_around_all_is_taken_away(self) -> None:
        for text, expected in (
            (b"```python\nprint(1)\n```", b"\nprint(1)\n"),
            (b"```\nx\n```\n\n", b"\nx\n"),
            (b"\n~~~py\r\nx\r\n~~~", b"\n\nx\n"),
            (b"````Python\n```\n````", b"\n```\n"),
        ):
            self.assertEqual(fence.without(text), expected)

    def test_blanks_do_not_take_their_time(self) -> None:
        for text in (b"```" + b" " * 10**6 + b"x", b"```\n```" + b" \n" * 10**5 + b"x", b"```\n" * 10**4, b"\n" * 10**6 + b"```"):
            self.assertEqual(len(fence.without(text)), len(text))

    def test_anything_else_is_left_as_it_is(self) -> None:
        for text in (
            b"print(1)",
            b"'''\n```python\nx\n```\n'''",
            b"```python\na\n```\nand\n```python\nb\n```",
            b"```",
            b"```js\n1\n```",
            b"Look:\n```python\n1\n```",
        ):
            self.assertEqual(fence.without(text), text)


if __name__ == "__main__":
    unittest.main()
