"""Where the server's own files may lie."""

from __future__ import annotations

import os
import tempfile
import unittest

from sandbox.kernel import isolation


class ApartTest(unittest.TestCase):
    def test_folder_that_programs_can_read_is_refused(self) -> None:
        with tempfile.TemporaryDirectory() as top:
            prefix = os.path.join(top, "venv")
            inside = os.path.join(prefix, "store", "runtime")
            os.makedirs(inside)
            os.symlink(prefix, os.path.join(top, "link"))
            for private in (inside, prefix, os.path.join(top, "link", "store")):
                with self.assertRaises(isolation.IsolationError, msg=private):
                    isolation.require_apart(["/usr", prefix], private)

    def test_folder_beside_is_not(self) -> None:
        with tempfile.TemporaryDirectory() as top:
            for name in ("venv", "venv-store"):
                os.mkdir(os.path.join(top, name))
            isolation.require_apart(["/usr", os.path.join(top, "venv"), "/etc/localtime"], os.path.join(top, "venv-store"))

    def test_system_is_visible(self) -> None:
        with self.assertRaises(isolation.IsolationError):
            isolation.require_apart(isolation.system_paths(), "/usr/local/share/store/runtime/x")


if __name__ == "__main__":
    unittest.main()
