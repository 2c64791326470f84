"""Folders of supervisors: a live one's stays whoever looks from wherever, a dead one's goes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import unittest
from typing import Callable

from sandbox.events import loop
from sandbox.kernel import hierarchy, living
from sandbox.pool import folders

# As in another container that shares /tmp: with process ids of its own.
ELSEWHERE = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount", "--mount-proc"]
NO_PROCESS = "4194305"  # above PID_MAX_LIMIT; proc(5)

MAKES_FOLDERS = "from sandbox.events import loop; from sandbox.pool import folders; folders.Folders(loop.Loop()).remove()"
LEAVES_FOLDERS = "from sandbox.events import loop; from sandbox.pool import folders; print(folders.Folders(loop.Loop()).top)"


def python(code: str, *launcher: str) -> str:
    command = [*launcher, sys.executable, "-B", "-c", code]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


class FoldersTest(unittest.TestCase):
    def test_live_folder_stays_when_somebody_looks_who_does_not_see_its_owner(self) -> None:
        own = folders.Folders(loop.Loop())
        try:
            python(MAKES_FOLDERS, *ELSEWHERE)
            self.assertTrue(os.path.isdir(own.zygote_home))
        finally:
            own.remove()
        self.assertFalse(os.path.exists(own.top))

    def test_folder_of_a_dead_owner_goes(self) -> None:
        left = python(LEAVES_FOLDERS)
        self.assertTrue(os.path.isdir(left))
        own = folders.Folders(loop.Loop())
        self.await_end_of(left, lambda: None)
        own.remove()

    def test_folder_of_a_dead_owner_elsewhere_goes_when_nobody_has_its_id(self) -> None:
        left = python(LEAVES_FOLDERS)
        unknown = left.replace(left.split("-")[2], NO_PROCESS)
        os.rename(left, unknown)
        self.await_end_of(unknown, lambda: python(MAKES_FOLDERS, *ELSEWHERE))

    def await_end_of(self, path: str, try_again: Callable[[], object]) -> None:
        deadline = time.monotonic() + 60
        while os.path.exists(path) and time.monotonic() < deadline:
            try_again()
            time.sleep(0.01)
        self.assertFalse(os.path.exists(path))


class GroupsTest(unittest.TestCase):
    """What holds a group is the same lock on its folder, so any folder shows it."""

    def setUp(self) -> None:
        self.own = tempfile.mkdtemp()
        self.addCleanup(os.rmdir, self.own)

    def test_group_that_is_claimed_stays_though_nobody_has_its_id(self) -> None:
        path = f"{self.own}/{hierarchy.PREFIX}{NO_PROCESS}"
        os.mkdir(path)
        claim = living.claim(path)
        hierarchy.clear_dead(self.own)
        self.assertTrue(os.path.isdir(path))
        os.close(claim)
        hierarchy.clear_dead(self.own)
        self.assertFalse(os.path.exists(path))

    def test_group_is_made_though_a_live_one_has_its_name(self) -> None:
        first = hierarchy.Branch(self.own)
        second = hierarchy.Branch(self.own)
        self.assertNotEqual(first.path, second.path)
        self.assertTrue(os.path.isdir(first.path))
        second.remove()
        first.remove()


if __name__ == "__main__":
    unittest.main()
