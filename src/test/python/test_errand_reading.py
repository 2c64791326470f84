"""Files of a session that are read between two programs."""

from __future__ import annotations

import os
import socket
import unittest
from unittest import mock

import errand_cases
from sandbox.policy import policy
from sandbox.runs import walk
from sandbox.wire import frames, request


class ReadingTest(errand_cases.ErrandTestCase):
    def test_file_is_read_with_its_size_before_it(self) -> None:
        self.write("a/b.txt", b"content")
        self.begin("read", "a/b.txt")
        kind, head = self.connection.said[0]
        self.assertEqual((kind, dict(frames.decode(head))), (frames.FILE, {"name": b"a/b.txt", "size": b"7"}))
        self.assertEqual(self.content(), b"content")
        self.assertEqual(self.answer()["outcome"], b"read")

    def test_file_that_grows_or_is_cut_meanwhile_has_the_size_that_was_promised(self) -> None:
        for change in (lambda path: os.truncate(path, 1), lambda path: os.truncate(path, 2 << 20)):
            path = self.write("a", b"a" * (1 << 20))
            real = walk.open_beneath

            def changing(work: int, found: walk.Found) -> int:
                descriptor = real(work, found)
                change(path)  # noqa: B023
                return descriptor

            self.connection.said.clear()
            with mock.patch.object(walk, "open_beneath", side_effect=changing):
                self.begin("read", "a")
            self.assertEqual(len(self.content()), 1 << 20)
            self.assertEqual(self.answer()["outcome"], b"read")

    def test_what_is_no_regular_file_of_one_name_is_not_read(self) -> None:
        self.write("file")
        os.symlink("/etc/passwd", os.path.join(self.work, "link"))
        os.symlink("..", os.path.join(self.work, "up"))
        os.mkfifo(os.path.join(self.work, "fifo"))
        os.mkdir(os.path.join(self.work, "folder"))
        os.link(os.path.join(self.work, "file"), os.path.join(self.work, "second"))
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(os.path.join(self.work, "socket"))
        with open(os.path.join(self.work, "hole"), "wb") as hole:
            hole.truncate(policy.MAX_FILE_BYTES + 1)
        for name in ("link", "fifo", "folder", "file", "second", "socket", "hole"):
            self.assertUnread(name, b"conflict")
        for name in ("none", "none/none", "file/x", "link/x", "up/work/file", "fifo/x"):
            self.assertUnread(name, b"missing")

    def test_file_that_becomes_something_else_after_the_look_is_not_read(self) -> None:
        path = self.write("a")
        real = walk.look

        def exchanging(work: int, raw: bytes) -> walk.Found:
            found = real(work, raw)
            os.unlink(path)
            os.symlink("/etc/passwd", path)
            return found

        with mock.patch.object(walk, "look", side_effect=exchanging):
            self.assertUnread("a", b"missing")

    def test_paths_that_lead_out_or_are_not_shown_so_are_invalid(self) -> None:
        bad = ["", ".", "..", "../x", "a/../../x", "a//b", "/etc/passwd", "a\0b", "a%00", "%2F%0A", "x" * 256, "d/" * 32 + "x"]
        for name in [*bad, "/".join(["d" * 200] * 6), "%0A" * 256]:
            self.assertUnread(name, b"invalid")

    def test_names_are_found_as_they_are_shown(self) -> None:
        for raw in (b"a\nb", b"a\\b", b"\xff\xfe", "é 100%".encode(), b"a%0Ab", b"%41", b"a;b?c#d"):
            with open(os.path.join(os.fsencode(self.work), raw), "wb") as file:
                file.write(raw)
        self.begin("list")
        shown = [name.decode() for _, _, name in self.entries()]
        self.assertEqual(len(shown), 7)
        for name in shown:
            self.connection.said.clear()
            self.begin("read", name)
            self.assertEqual(request.names.shown(self.content()), name)


if __name__ == "__main__":
    unittest.main()
