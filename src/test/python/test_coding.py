"""A program is text: a line in it that names an encoding changes nothing."""

from __future__ import annotations

import unittest

from sandbox.program.execution import coding


class TextOfTest(unittest.TestCase):
    def test_text_is_decoded_once(self) -> None:
        for line in ("# -*- coding: latin-1 -*-", "# vim: set fileencoding=cp1252 :", "\n# coding: ascii", "# coding: nosuch"):
            source = f"{line}\nvalue = 'é€'"
            names: dict = {}
            exec(compile(coding.text_of(source.encode()), "main.py", "exec"), names)
            self.assertEqual(names["value"], "é€")

    def test_a_byte_order_mark_is_passed_over(self) -> None:
        source = "\ufeff# coding: latin-1\nvalue = 'é'".encode()
        names: dict = {}
        exec(compile(coding.text_of(source), "main.py", "exec"), names)
        self.assertEqual(names["value"], "é")

    def test_other_programs_stay_bytes(self) -> None:
        for source in (b"", b"print(1)", b"# coding: utf-8\n", b"# coding: UTF_8", b"x = 1\n\n# coding: latin-1", b"#" * 100_000):
            self.assertIs(coding.text_of(source), source)

    def test_the_file_has_the_bytes_that_the_comment_names(self) -> None:
        for name in ("latin-1", "cp1252", "iso-8859-15", "koi8-r"):
            letter = "я" if name == "koi8-r" else "é"
            source = f"# coding: {name}\nvalue = '{letter}'"
            self.assertEqual(coding.in_file(source.encode()).decode(name), source)

    def test_what_cannot_be_written_so_stays_as_it_is(self) -> None:
        for name in ("latin-1", "ascii", "nosuch", "base64", "utf-16", "utf-8"):
            source = f"# coding: {name}\nvalue = '€я'".encode()
            self.assertEqual(coding.in_file(source), source)


if __name__ == "__main__":
    unittest.main()
