"""What comes too late for an interpreter that has started."""

from __future__ import annotations

import os
import unittest
from typing import List
from unittest import mock

from sandbox import startup


def _variables(*definitions: str) -> List[str]:
    with mock.patch.dict(os.environ, {"LC_ALL": "C.UTF-8"}):
        return startup.late_variables([("env", definition.encode()) for definition in definitions])


def _modules(*files: str) -> List[str]:
    usual = frozenset({"os", "encodings"})
    return startup.late_modules([("input", b"1\0" + file.encode()) for file in files], usual)


class LateVariablesTest(unittest.TestCase):
    def test_what_python_reads_at_its_start_is_late(self) -> None:
        self.assertEqual(_variables("PYTHONHASHSEED=0", "A=1", "PYTHONPATH=lib"), ["PYTHONHASHSEED", "PYTHONPATH"])

    def test_what_is_so_already_is_not(self) -> None:
        self.assertEqual(_variables("LC_ALL=C.UTF-8", "PYTHONHASHSEED="), [])

    def test_what_is_read_when_it_is_used_is_not(self) -> None:
        self.assertEqual(_variables("PYTHONBREAKPOINT=0", "PYTHONUNBUFFERED=1", "PATH=/x", "HOME=/x"), [])

    def test_variables_of_libraries_are_when_these_are_loaded(self) -> None:
        with mock.patch.dict("sys.modules", {"matplotlib": mock.sentinel.matplotlib}):
            self.assertEqual(_variables("MPLBACKEND=svg"), ["MPLBACKEND"])
        with mock.patch.dict("sys.modules"):
            import sys

            sys.modules.pop("matplotlib", None)
            self.assertEqual(_variables("MPLBACKEND=svg"), [])


class LateModulesTest(unittest.TestCase):
    def test_files_are_known_by_what_imports_them(self) -> None:
        found = _modules("unittest.py", "./typing.pyc", "missing.py", "re/__init__.py")
        self.assertEqual(found, ["re", "typing", "unittest"])

    def test_others_are_not(self) -> None:
        self.assertEqual(_modules("typing.txt", "typing.happy", "typing/data.csv", "a/typing.py", "a/typing/__init__.py", "typing"), [])

    def test_what_every_interpreter_has_loaded_stays(self) -> None:
        self.assertEqual(_modules("os.py", "encodings/__init__.py"), [])


if __name__ == "__main__":
    unittest.main()
