"""What is collected of a folder, and how much work that may be."""

from __future__ import annotations

import hashlib
import os
import tempfile
import unittest
from typing import List
from unittest import mock

from sandbox.kernel import identities
from sandbox.policy import policy
from sandbox.pool import run_namespace
from sandbox.runs import collect, walk
from sandbox.wire import frames, request


class CollectTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = os.path.join(folder.name, "work")
        os.mkdir(self.work)
        self.cell = run_namespace.NamespaceCell(identities.Ids(range(0)))
        self.cell.top = os.open(folder.name, os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, self.cell.top)
        self.collected = collect.Collected(remembers=True)

    def write(self, name: str, size: int, content: bytes = b"") -> None:
        path = os.path.join(self.work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
            file.truncate(size)

    def pieces(self, originals: collect.Originals) -> List[bytes]:
        return list(collect.files(self.cell, originals, self.collected))

    def names(self, pieces: List[bytes]) -> List[str]:
        heads = [piece for piece in pieces if piece[:1] == frames.FILE]
        return [dict(frames.decode(head[frames.HEADER_BYTES :]))["name"].decode() for head in heads]

    def test_second_turn_reads_nothing_of_what_was_not_handed_out_before(self) -> None:
        for number in range(300):
            self.write(f"hole-{number}", 64 << 20)
        self.pieces({})
        self.assertEqual(self.collected.skipped_count, 300)
        for number in range(300):
            os.utime(os.path.join(self.work, f"hole-{number}"))
        before, self.collected = self.collected.now, collect.Collected(remembers=True)
        with mock.patch.object(collect, "_digest", side_effect=AssertionError("hashed")):
            self.pieces(before)
        self.assertEqual(self.collected.skipped_count, 300)

    def test_what_is_new_or_changed_is_handed_out_by_name(self) -> None:
        for name in ("b", "a/c", "same", policy.PROGRAM):
            self.write(name, 3, b"abc")
        abc = hashlib.sha256(b"abc").digest()
        before = {b"same": collect.Original(3, abc), b"b": collect.Original(3, b"other"), b"gone": collect.Original(3, abc)}
        for remembers, names in ((True, ["a/c", "b", policy.PROGRAM]), (False, ["a/c", "b"])):
            self.collected = collect.Collected(remembers)
            self.assertEqual(self.names(self.pieces(before)), names, "a session has no file that is the program")
            self.assertEqual(self.collected.names, set(names))
            self.assertEqual(sorted(self.collected.now), [b"a/c", b"b", b"main.py", b"same"] if remembers else [])

    def test_no_more_than_so_many_files_and_bytes_are_handed_out(self) -> None:
        for number in range(4):
            self.write(f"{number}", 10)
        for most, reason in (({"MAX_FILES": 2}, "more than 2 files"), ({"MAX_FILES_BYTES": 29}, "more than 0 MB together")):
            self.collected = collect.Collected()
            with mock.patch.multiple(policy, **most):
                self.assertEqual(self.names(self.pieces({})), ["0", "1"])
            self.assertEqual(self.collected.skipped, [("2", reason), ("3", reason)])

    def test_folder_of_nothing_but_the_program_has_nothing(self) -> None:
        self.write(policy.PROGRAM, 3)
        sent = collect.remember(b"abc")
        self.assertFalse(collect.anything(self.cell, sent))
        self.assertTrue(collect.anything(self.cell, {**sent, b"input": collect.Original(1, b"")}))
        self.write("a", 0)
        self.assertTrue(collect.anything(self.cell, sent))
        os.unlink(os.path.join(self.work, policy.PROGRAM))
        os.rename(os.path.join(self.work, "a"), os.path.join(self.work, "b"))
        self.assertTrue(collect.anything(self.cell, sent))

    def test_no_names_are_made_in_one_go_for_files_that_are_left_out(self) -> None:
        for number in range(300):
            os.symlink("nowhere", os.path.join(self.work, f"link-{number:03}"))
        made: List[str] = []
        real = walk.Found.name.fget
        assert real is not None

        def name(found: walk.Found) -> str:
            made.append("")
            return real(found)

        most = 0
        with mock.patch.object(walk.Found, "name", property(name)):
            for _ in collect.files(self.cell, {}, self.collected):
                most = max(most, len(made))
                del made[:]
        self.assertEqual(self.collected.skipped_count, 300)
        self.assertEqual(len(self.collected.skipped), policy.MAX_SKIPPED)
        self.assertEqual(most, 1)

    def test_comparison_reads_a_bounded_number_of_bytes(self) -> None:
        each = policy.MAX_FILE_BYTES
        for number in range(30):
            self.write(f"hole-{number:02}", each)
        # As if they had been handed out, and their times changed since.
        digest = hashlib.sha256(bytes(each)).digest()
        before = {f"hole-{number:02}".encode(): collect.Original(each, digest) for number in range(30)}
        read: List[int] = []
        real = collect._digest
        with mock.patch.object(collect, "_digest", side_effect=lambda file, size: (read.append(size), real(file, size))[1]):
            names = self.names(self.pieces(before))
        self.assertLessEqual(sum(read), collect.COMPARED_BYTES)
        self.assertGreater(sum(read), 0)
        self.assertEqual(len(names), policy.MAX_FILES_BYTES // each, "what is not compared counts as changed")

    def test_folders_count_as_entries(self) -> None:
        with mock.patch.object(walk, "MOST_ENTRIES", 50):
            for number in range(100):
                os.mkdir(os.path.join(self.work, f"{number:03}"))
                self.write(f"{number:03}/file", 1)
            self.assertLess(len(self.names(self.pieces({}))), 50)

    def test_files_that_cannot_be_opened_are_no_long_step(self) -> None:
        for number in range(200):
            self.write(f"{number:03}", 1)
        with mock.patch.object(walk, "open_beneath", side_effect=PermissionError("no")):
            pieces = self.pieces({})
        self.assertGreaterEqual(pieces.count(b""), 200)
        self.assertEqual(self.collected.skipped_count, 200)

    def test_long_walk_has_pauses(self) -> None:
        for number in range(2000):
            self.write(f"{number:04}", 0)
        pauses = 0
        for piece in collect.files(self.cell, {}, self.collected):
            pauses += not piece
            if piece[:1] == frames.FILE:
                break
        self.assertGreaterEqual(pauses, 2000 // walk.ENTRIES_AT_ONCE)

    def test_unchanged_file_is_not_handed_out_and_a_changed_one_is(self) -> None:
        self.write("same.txt", 4, b"same")
        self.write("other.txt", 5, b"other")
        first = self.names(self.pieces({}))
        self.assertEqual(first, ["other.txt", "same.txt"])
        before, self.collected = self.collected.now, collect.Collected(remembers=True)
        self.write("other.txt", 5, b"OTHER")
        self.assertEqual(self.names(self.pieces(before)), ["other.txt"])

    def test_names_are_remembered_up_to_a_number_of_bytes(self) -> None:
        for number in range(200):
            self.write(f"{number:03}" + "n" * 240, 0)
        with mock.patch.object(policy, "MAX_NAMES_BYTES", 10_000):
            handed = self.names(self.pieces({}))
        self.assertLessEqual(sum(map(len, self.collected.now)), 10_000 + 255)
        self.assertLess(len(handed), 50)
        name, reason = self.collected.skipped[0]
        self.assertEqual(name, ".")
        self.assertIn("of names", reason)

    def test_name_that_is_too_long_is_told_by_its_beginning_and_once(self) -> None:
        deep = os.open(self.work, os.O_RDONLY)
        for _ in range(5):
            os.mkdir("d" * 250, dir_fd=deep)
            inner = os.open("d" * 250, os.O_RDONLY, dir_fd=deep)
            os.close(deep)
            deep = inner
        os.close(os.open("\x01" * 250, os.O_CREAT | os.O_WRONLY, dir_fd=deep))
        os.close(deep)
        self.assertEqual(self.names(self.pieces({})), [])
        ((name, reason),) = self.collected.skipped
        self.assertEqual(reason, "name longer than 1024 bytes")
        self.assertRegex(name, "^d{100}…%00[0-9a-f]{32}$")
        self.assertLess(max(map(len, self.collected.now)), 100)
        before, self.collected = self.collected.now, collect.Collected(remembers=True)
        self.pieces(before)

    def test_no_file_is_named_as_one_whose_name_is_too_long_is_shown(self) -> None:
        raw = "/".join(["d" * 250] * 4 + ["x" * 250])
        deep = os.open(self.work, os.O_RDONLY)
        for part in raw.split("/")[:-1]:
            os.mkdir(part, dir_fd=deep)
            inner = os.open(part, os.O_RDONLY, dir_fd=deep)
            os.close(deep)
            deep = inner
        os.close(os.open("x" * 250, os.O_CREAT | os.O_WRONLY, dir_fd=deep))
        os.close(deep)
        self.assertEqual(self.names(self.pieces({})), [])
        ((long, _),) = self.collected.skipped
        digest = hashlib.sha256(raw.encode()).hexdigest()
        likely = [long, long.replace("%00", "%2500"), long.replace("%00", "")]
        likely += [f"{'d' * 100}…{digest[:digits]}" for digits in (16, 32, 64)]
        for name in likely:
            self.write(name, 0)
        self.collected = collect.Collected(remembers=True)
        names = self.names(self.pieces({}))
        self.assertEqual(len(set(names)), len(set(likely)))
        self.assertNotIn(long, names)
        with self.assertRaises(request.BadName):
            request.parse_errand(frames.encode([("what", b"read"), ("name", long.encode())]))

    def test_names_of_files_that_are_left_out_are_bounded_and_all_are_counted(self) -> None:
        os.makedirs(os.path.join(self.work, "/".join(3 * ["d" * 200])))
        for number in range(90):
            os.symlink("x", os.path.join(self.work, "/".join(3 * ["d" * 200]), f"{number:03}" + "\x01" * 240))
        self.pieces({})
        self.assertEqual(self.collected.skipped_count, 90)
        self.assertLessEqual(sum(len(name) for name, _ in self.collected.skipped), policy.MAX_SKIPPED_BYTES)
        self.assertGreater(len(self.collected.skipped), 10)

    def test_no_time_of_a_file_is_too_late_or_too_early(self) -> None:
        for name, seconds in (("late", 1 << 60), ("early", -(1 << 60))):
            self.write(name, 1)
            real = os.stat(os.path.join(self.work, name))
            odd = mock.Mock(wraps=real, st_mode=real.st_mode, st_ino=real.st_ino, st_size=1, st_nlink=1)
            odd.st_mtime_ns, odd.st_ctime_ns = seconds * 10**9, real.st_ctime_ns
            with mock.patch.object(os, "stat", return_value=odd):
                self.pieces({})
        self.assertEqual(sorted(self.collected.now), [b"early", b"late"])


if __name__ == "__main__":
    unittest.main()
