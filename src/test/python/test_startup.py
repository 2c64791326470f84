"""What comes too late for an interpreter that has started."""

from __future__ import annotations

import os
import site
import sys
import tempfile
import unittest
from typing import List
from unittest import mock

from sandbox.program import inputs, program, startup
from sandbox.wire import notes


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


    def test_what_is_kept_back_is_named_and_not_late(self) -> None:
        definitions = ("PYTHONHOME=/x", "PYTHONVERBOSE=1", "LD_LIBRARY_PATH=lib", "PYTHONDEBUG=1", "LDFLAGS=x")
        fields = [("env", definition.encode()) for definition in definitions]
        self.assertEqual(startup.kept_back(fields), ["PYTHONHOME", "PYTHONVERBOSE", "LD_LIBRARY_PATH"])
        self.assertEqual(_variables(*definitions), ["PYTHONDEBUG"])

    def test_where_nothing_may_run_at_the_start_only_what_is_known_has_an_effect(self) -> None:
        for name in ("PYTHONHASHSEED", "PYTHONNODEBUGRANGES", "PYTHONPATH", "PYTHONUSERBASE", "MPLBACKEND", "LC_NUMERIC"):
            self.assertTrue(startup.has_effect(name, is_strict=True), name)
        self.assertFalse(startup.has_effect("PYTHONPERFSUPPORT", is_strict=True))
        self.assertTrue(startup.has_effect("PYTHONPERFSUPPORT", is_strict=False))


class PutOnStageTest(unittest.TestCase):
    def test_what_is_kept_back_is_said(self) -> None:
        argv, told = list(sys.argv), notes.Told()
        patches = (mock.patch.dict(os.environ), mock.patch.object(sys, "argv", argv), mock.patch.object(program, "notes", told))
        with patches[0], patches[1], patches[2], mock.patch.object(sys, "orig_argv", argv, create=True):
            inputs.put_on_stage([("env", b"A=1")])
            self.assertEqual(told.so_far(), {})
            inputs.put_on_stage([("env", b"LD_PRELOAD=x.so"), ("env", b"PYTHONHOME=/x")])
            self.assertEqual(os.environ["PYTHONHOME"], "/x")
        self.assertEqual(told.so_far(), {"notes": b"Only for what the program starts: LD_PRELOAD, PYTHONHOME."})


class ReadLateTest(unittest.TestCase):
    def setUp(self) -> None:
        for target, name in ((sys, "path"), (sys, "pycache_prefix"), (site, "USER_BASE"), (site, "USER_SITE")):
            self.addCleanup(setattr, target, name, getattr(target, name))
        sys.path = ["/work", "/usr/lib/python3", "/usr/local/lib/python3/dist-packages", "/usr/lib/python3/dist-packages"]

    def test_folders_come_to_their_places(self) -> None:
        with tempfile.TemporaryDirectory() as base, mock.patch.object(site, "ENABLE_USER_SITE", True):
            inputs.read_late({b"PYTHONUSERBASE": os.fsencode(base), b"PYTHONPATH": b"/a:/b"})
            own = site.USER_SITE
            self.assertNotIn(own, sys.path)  # it is not there
            os.makedirs(str(own))
            inputs.read_late({b"PYTHONUSERBASE": os.fsencode(base)})
        self.assertTrue(str(own).startswith(base))
        self.assertEqual(sys.path[:5], ["/work", "/a", "/b", "/usr/lib/python3", own])

    def test_what_is_not_given_stays(self) -> None:
        before = list(sys.path)
        inputs.read_late({b"PYTHONUSERBASE": b"", b"PYTHONPYCACHEPREFIX": b""})
        self.assertEqual((sys.path, sys.pycache_prefix), (before, None))
        inputs.read_late({b"PYTHONPYCACHEPREFIX": b"caches"})
        self.assertEqual(sys.pycache_prefix, "caches")


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
