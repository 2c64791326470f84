"""What is done to modules of others when they are imported."""

from __future__ import annotations

import contextlib
import importlib
import importlib.machinery
import io
import os
import pathlib
import sys
import tempfile
import types
import unittest
from typing import List
from unittest import mock

from sandbox.program.execution import imports
from sandbox.zygote import quiet


class ImportedTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        package = pathlib.Path(folder.name, "psutil")
        package.mkdir()
        (package / "__init__.py").write_text("")
        (package / "_pslinux.py").write_text(
            "import sys\nprint('at once', file=sys.stderr)\ndef later():\n    print('later', file=sys.stderr)\n"
        )
        sys.path.insert(0, folder.name)
        self.addCleanup(sys.path.remove, folder.name)
        before = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "psutil"}
        for name in before:
            del sys.modules[name]
        self.addCleanup(sys.modules.update, before)
        self.addCleanup(self.forget)
        self.finders = list(sys.meta_path)
        importlib.invalidate_caches()

    def forget(self) -> None:
        for name in ("psutil", "psutil._pslinux"):
            sys.modules.pop(name, None)
        sys.meta_path[:] = self.finders

    def import_it(self) -> types.ModuleType:
        module = importlib.import_module("psutil._pslinux")
        self.assertEqual(sys.meta_path, self.finders, "it is done once")
        self.assertIs(type(module.__loader__), importlib.machinery.SourceFileLoader)
        assert module.__spec__ is not None
        self.assertIs(module.__spec__.loader, module.__loader__)
        return module

    def test_function_is_called_once_and_with_a_module_that_is_there_at_once(self) -> None:
        seen: List[types.ModuleType] = []
        imports.when_imported("psutil._pslinux", seen.append)
        with contextlib.redirect_stderr(io.StringIO()) as errors:
            module = self.import_it()
        self.assertEqual((seen, errors.getvalue()), ([module], "at once\n"))
        imports.when_imported("psutil._pslinux", seen.append)
        self.assertEqual(seen, [module, module])

    def test_what_psutil_says_when_it_is_imported_without_proc_is_not_heard_and_what_it_says_later_is(self) -> None:
        quiet.expect_psutil("landlock")
        with contextlib.redirect_stderr(io.StringIO()) as errors:
            self.import_it().later()
        self.assertEqual(errors.getvalue(), "later\n")

    def test_nothing_is_kept_quiet_where_proc_can_be_read(self) -> None:
        with mock.patch.object(os, "access", return_value=True):
            quiet.expect_psutil("namespaces")
        with contextlib.redirect_stderr(io.StringIO()) as errors:
            self.import_it()
        self.assertEqual(errors.getvalue(), "at once\n")


if __name__ == "__main__":
    unittest.main()
