"""What a session's own process does with its files."""

from __future__ import annotations

import errno
import os
import socket
import tempfile
import threading
import unittest
from typing import Dict
from unittest import mock

from sandbox.program import filing, inputs


class FilingTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = os.path.join(folder.name, "work")
        os.mkdir(self.work)
        self.ours, self.theirs = socket.socketpair()
        self.addCleanup(self.ours.close)
        self.addCleanup(self.theirs.close)

    def put(self, name: bytes, content: bytes) -> Dict[str, bytes]:
        sender = threading.Thread(target=self.theirs.sendall, args=(content + b"next",))
        sender.start()
        told = filing.run([("input", b"%d\0%s" % (len(content), name))], self.ours.fileno(), self.work)
        sender.join()
        self.assertEqual(self.ours.recv(100), b"next", "the content is taken, whatever comes of it")
        return told

    def remove(self, name: bytes) -> Dict[str, bytes]:
        return filing.run([("name", name)], self.ours.fileno(), self.work)

    def read(self, name: str) -> bytes:
        with open(os.path.join(self.work, name), "rb") as file:
            return file.read()

    def test_file_is_made_with_its_folders_and_replaced(self) -> None:
        content = os.urandom(700_000)
        self.assertEqual(self.put(b"a/b/c", content), {"outcome": b"created"})
        self.assertEqual(self.read("a/b/c"), content)
        self.assertEqual(self.put(b"a/b/c", b""), {"outcome": b"replaced"})
        self.assertEqual(self.read("a/b/c"), b"")
        self.assertEqual(os.listdir(os.path.join(self.work, "a/b")), ["c"])

    def test_link_is_replaced_and_not_followed(self) -> None:
        outside = os.path.join(os.path.dirname(self.work), "outside")
        os.mkdir(outside)
        os.symlink(os.path.join(outside, "target"), os.path.join(self.work, "link"))
        os.symlink(outside, os.path.join(self.work, "folder"))
        self.assertEqual(self.put(b"link", b"x"), {"outcome": b"replaced"})
        self.assertEqual(self.put(b"folder/x", b"x"), {"errno": b"%d" % errno.ENOTDIR})
        self.assertEqual(self.put(b"folder/x/y", b"x"), {"errno": b"%d" % errno.ENOTDIR})
        self.assertEqual(self.remove(b"folder/x"), {"errno": b"%d" % errno.ENOTDIR})
        self.assertEqual(os.listdir(outside), [])
        self.assertEqual(self.remove(b"folder"), {"outcome": b"removed"})

    def test_folder_is_neither_replaced_nor_removed(self) -> None:
        os.mkdir(os.path.join(self.work, "folder"))
        self.assertEqual(self.put(b"folder", b"x"), {"errno": b"%d" % errno.EISDIR})
        self.assertEqual(self.remove(b"folder"), {"errno": b"%d" % errno.EISDIR})
        self.assertEqual(os.listdir(self.work), ["folder"])
        self.assertEqual(os.listdir(os.path.join(self.work, "folder")), [])

    def test_fifo_is_replaced_and_holds_nobody_up(self) -> None:
        os.mkfifo(os.path.join(self.work, "fifo"))
        self.assertEqual(self.put(b"fifo", b"x"), {"outcome": b"replaced"})
        self.assertEqual(self.read("fifo"), b"x")

    def test_full_disk_leaves_the_old_file_and_nothing_else(self) -> None:
        self.put(b"a", b"old")
        with mock.patch.object(inputs, "_write", side_effect=OSError(errno.ENOSPC, "full")):
            self.assertEqual(self.put(b"a", b"new" * 200_000), {"errno": b"%d" % errno.ENOSPC})
        self.assertEqual(self.read("a"), b"old")
        self.assertEqual(os.listdir(self.work), ["a"])

    def test_folder_that_has_gone_is_made_again(self) -> None:
        os.rmdir(self.work)
        self.assertEqual(self.remove(b"a"), {"errno": b"%d" % errno.ENOENT})
        self.assertEqual(self.put(b"a", b"x"), {"outcome": b"created"})
        self.assertEqual(self.remove(b"a"), {"outcome": b"removed"})
        self.assertEqual(self.remove(b"a"), {"errno": b"%d" % errno.ENOENT})

    def test_what_programs_put_in_the_place_of_functions_is_not_used(self) -> None:
        with mock.patch.multiple(os, open=None, read=None, write=None, mkdir=None, rename=None, unlink=None, stat=None):
            told = self.put(b"a/b", b"x")
        self.assertEqual(told, {"outcome": b"created"})


if __name__ == "__main__":
    unittest.main()
