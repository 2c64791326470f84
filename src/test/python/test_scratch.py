"""What lies in a run's folder on disk, and that it goes."""

from __future__ import annotations

import ctypes
import mmap
import os
import tempfile
import threading
import time
import unittest
from typing import Callable, List, Tuple
from unittest import mock

from sandbox.events import loop
from sandbox.kernel import identities, memory
from sandbox.pool import folders, run_namespace, scratch

MIB = 1 << 20


class UsageTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = os.path.realpath(folder.name)

    def usage(self) -> scratch.Usage:
        return scratch.usage(self.folder, [os.getpid()])

    def nameless(self) -> int:
        descriptor = os.open(os.path.join(self.folder, "f"), os.O_CREAT | os.O_RDWR)
        os.unlink(os.path.join(self.folder, "f"))
        os.write(descriptor, bytes(3 * MIB))
        return descriptor

    def test_open_file_without_a_name_counts_once(self) -> None:
        descriptor = self.nameless()
        again = os.dup(descriptor)
        self.assertEqual(self.usage().size, 3 * MIB)
        os.close(descriptor)
        os.close(again)
        self.assertEqual(self.usage().size, 0)

    def test_mapped_file_without_name_or_descriptor_counts(self) -> None:
        libc = ctypes.CDLL(None)  # Python's own mmap keeps a descriptor
        libc.mmap.restype = ctypes.c_void_p
        descriptor = self.nameless()
        mapped = libc.mmap(None, mmap.PAGESIZE, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, ctypes.c_long(0))
        os.close(descriptor)
        self.assertEqual(self.usage().size, 3 * MIB if memory.has_map_files() else scratch.UNKNOWN_BYTES)
        with mock.patch.object(memory, "has_map_files", lambda: False):
            self.assertEqual(self.usage().size, scratch.UNKNOWN_BYTES)
        libc.munmap(ctypes.c_void_p(mapped), mmap.PAGESIZE)
        self.assertEqual(self.usage().size, 0)

    def test_removed_file_of_another_folder_does_not_count(self) -> None:
        with tempfile.TemporaryFile() as file:
            file.write(bytes(3 * MIB))
            file.flush()
            self.assertEqual(self.usage().size, 0)

    def test_open_file_counts_below_a_path_that_nobody_can_read(self) -> None:
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        os.chdir(self.folder)
        for _ in range(17):
            os.mkdir("x" * 255)
            os.chdir("x" * 255)
        descriptor = os.open("f", os.O_CREAT | os.O_RDWR)
        os.unlink("f")
        os.write(descriptor, bytes(3 * MIB))
        self.assertGreaterEqual(self.usage().size, 3 * MIB)
        os.close(descriptor)

    def test_room_that_a_folder_keeps_for_names_that_have_gone_counts(self) -> None:
        folder = os.stat_result((0o40755, 7, 0, 2, 0, 0, 0, 0, 0, 0), {"st_blocks": 8000})
        entry = mock.Mock()
        entry.name = "gone"
        entry.stat.return_value = folder
        with mock.patch.object(os, "scandir") as scandir:
            scandir.return_value.__enter__.return_value = [entry]
            self.assertGreater(self.usage().size, 3 * MIB)

    def test_every_name_of_a_file_counts_as_an_entry_and_its_content_once(self) -> None:
        with open(os.path.join(self.folder, "f"), "wb") as file:
            file.write(bytes(MIB))
        for number in range(9):
            os.link(os.path.join(self.folder, "f"), os.path.join(self.folder, str(number)))
        self.assertEqual(self.usage(), scratch.Usage(MIB, 10))


class RemovalTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = folder.name
        self.run = os.path.join(self.top, "7")
        self.outside = os.path.join(self.top, "outside")
        for path in (self.run, self.outside):
            os.mkdir(path)
        with open(os.path.join(self.outside, "kept"), "w") as file:
            file.write("kept")

    def test_tree_goes_and_links_are_not_followed(self) -> None:
        os.symlink(self.outside, os.path.join(self.run, "link"))
        os.makedirs(os.path.join(self.run, "a/b"))
        os.symlink("../..", os.path.join(self.run, "a/b/up"))
        self.assertTrue(scratch.remove(self.run))
        self.assertEqual(os.listdir(self.outside), ["kept"])
        self.assertEqual(os.listdir(self.top), ["outside"])

    def test_tree_that_is_deeper_than_anything_honest_goes(self) -> None:
        inner = os.open(self.run, os.O_RDONLY)
        for _ in range(3000):
            os.mkdir("d", dir_fd=inner)
            deeper = os.open("d", os.O_RDONLY, dir_fd=inner)
            os.close(inner)
            inner = deeper
        os.close(inner)
        self.assertTrue(scratch.remove(self.run))

    def test_link_in_place_of_the_folder_is_removed_and_nothing_behind_it(self) -> None:
        os.rmdir(self.run)
        os.symlink(self.outside, self.run)
        self.assertTrue(scratch.remove(self.run))
        self.assertEqual(os.listdir(self.outside), ["kept"])


class FoldersTest(unittest.TestCase):
    def setUp(self) -> None:
        self.events = loop.Loop()
        self.folders = folders.Folders(self.events)
        self.addCleanup(self.folders.remove)
        self.said: List[Tuple[str, ...]] = []
        for patched in (
            mock.patch.object(folders, "PAUSE_SECONDS", 0.01),
            mock.patch.object(folders, "say", lambda *words: self.said.append(words)),
        ):
            patched.start()
            self.addCleanup(patched.stop)

    def run_until(self, is_done: Callable[[], bool], seconds: float = 20.0) -> None:
        def look() -> None:
            self.events.stop() if is_done() else self.events.later(0.01, look)

        look()
        self.events.later(seconds, self.events.stop)
        self.events.run()

    def test_program_is_blamed_for_a_wait_unless_the_disk_is_slow(self) -> None:
        cell = run_namespace.FolderCell(self.folders, identities.Ids(range(0)), 1, is_session=False)
        self.assertFalse(cell.holds_up(cell.stall_seconds / 2))
        deadline = time.monotonic() + 20
        while not cell.holds_up(cell.stall_seconds) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertLess(time.monotonic(), deadline)
        self.assertEqual(os.listdir(self.folders.zygote_home), [])

    def test_disk_that_gives_no_answer_is_not_waited_for(self) -> None:
        cell = run_namespace.FolderCell(self.folders, identities.Ids(range(0)), 1, is_session=False)
        answers, asked = threading.Event(), threading.Event()
        self.addCleanup(answers.set)
        with mock.patch.object(os, "mkdir", lambda path: [asked.set(), answers.wait()]):
            self.assertFalse(cell.holds_up(cell.stall_seconds))
            self.assertTrue(asked.wait(20))
            self.assertFalse(cell.holds_up(cell.stall_seconds))
            self.assertTrue(cell.holds_up(cell.longest_stall_seconds))

    def test_disk_is_asked_again_where_there_was_no_thread_for_it(self) -> None:
        with mock.patch.object(threading.Thread, "start", side_effect=RuntimeError("can't start new thread")):
            self.assertTrue(self.folders.is_slow())
        deadline = time.monotonic() + 20
        while self.folders.is_slow() and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertLess(time.monotonic(), deadline)

    def test_disk_that_answers_late_is_slow(self) -> None:
        with mock.patch.object(folders, "SLOW_DISK_SECONDS", 0.0), mock.patch.object(folders, "KNOWN_SECONDS", 3600.0):
            self.assertTrue(self.folders.is_slow())
            deadline = time.monotonic() + 20
            while not self.folders._probe.ended and time.monotonic() < deadline:
                time.sleep(0.01)
            self.assertTrue(self.folders.is_slow())

    def test_removal_that_fails_is_logged_and_tried_again(self) -> None:
        removed: List[str] = []
        outcomes = iter([False, OSError("a disk that fails"), True])

        def remove(path: str) -> bool:
            outcome = next(outcomes)
            if isinstance(outcome, OSError):
                raise outcome
            return outcome

        with mock.patch.object(scratch, "remove", remove):
            self.folders.remove_one("/tmp/some", lambda: removed.append("done"))
            self.run_until(lambda: bool(removed))
        self.assertEqual((removed, len(self.said)), (["done"], 2))

    def test_removal_that_always_fails_is_given_up(self) -> None:
        removed: List[str] = []
        with mock.patch.object(scratch, "remove", lambda path: False):
            self.folders.remove_one("/tmp/some", lambda: removed.append("done"))
            self.run_until(lambda: len(self.said) >= folders.ATTEMPTS)
            self.run_until(lambda: False, 0.2)  # long after the next one would have been
        self.assertEqual((removed, len(self.said)), ([], folders.ATTEMPTS))

    def test_whole_family_leaves_nothing(self) -> None:
        run_namespace.FolderCell(self.folders, identities.Ids(range(0)), 1, False).furnish()
        self.folders.leave()
        self.run_until(lambda: not os.path.exists(self.folders.top))
        self.assertFalse(os.path.exists(self.folders.top))

    def test_id_is_given_back_when_the_folder_has_gone(self) -> None:
        ids = identities.Ids(range(0))
        cell = run_namespace.FolderCell(self.folders, ids, 1, False)
        cell.furnish()
        for number in range(2000):
            open(os.path.join(cell._path, "work", str(number)), "w").close()
        given: List[bool] = []
        with mock.patch.object(ids, "give_back", lambda _: given.append(os.path.exists(cell._path))):
            cell.remove()
            self.run_until(lambda: bool(given))
        self.assertEqual(given, [False])


if __name__ == "__main__":
    unittest.main()
