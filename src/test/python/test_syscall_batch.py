"""Lists of system calls that are worked off in one go."""

from __future__ import annotations

import errno
import os
import tempfile
import unittest

from sandbox.kernel import syscall_batch, syscalls
from sandbox.kernel.syscall_batch import SyscallBatch


class ListTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = os.fsencode(folder.name)
        self.batch = SyscallBatch()

    def made(self) -> "list[str]":
        return sorted(os.listdir(os.fsdecode(self.folder)))

    def mkdir(self, name: bytes) -> int:
        return self.batch.add("mkdirat", -100, self.folder + b"/" + name, 0o700)

    def test_nothing_is_called_before_it_runs_and_then_as_often_as_one_likes(self) -> None:
        self.mkdir(b"a")
        self.mkdir(b"b")
        self.batch.seal()
        self.assertEqual(self.made(), [])
        self.batch.run()
        self.assertEqual(self.made(), ["a", "b"])
        os.rmdir(self.folder + b"/a")
        os.rmdir(self.folder + b"/b")
        self.batch.run()
        self.assertEqual(self.made(), ["a", "b"])

    def test_first_that_fails_is_named_and_none_is_made_after_it(self) -> None:
        self.mkdir(b"a")
        self.batch.add("chdir", self.folder + b"/none")
        self.mkdir(b"b")
        with self.assertRaises(OSError) as raised:
            self.batch.seal().run()
        self.assertEqual(raised.exception.errno, errno.ENOENT)
        self.assertTrue(str(raised.exception.args[1]).startswith("chdir: "), raised.exception)
        self.assertEqual(self.made(), ["a"])

    def test_call_that_is_skipped_does_nothing(self) -> None:
        self.mkdir(b"a")
        skipped = self.batch.add("chdir", self.folder + b"/none")
        self.mkdir(b"b")
        self.batch.seal().skip(skipped)
        self.batch.run()
        self.assertEqual(self.made(), ["a", "b"])

    def test_argument_is_changed_at_its_place(self) -> None:
        place = self.mkdir(b"a")
        self.batch.seal().set(place, 2, 0o500)
        self.batch.run()
        self.assertEqual(os.stat(self.folder + b"/a").st_mode & 0o777, 0o500)

    def test_what_is_opened_is_found_at_its_number_and_closed_on_execve(self) -> None:
        number = os.dup(0)  # free in a moment, and nobody's
        self.batch.add_at(number, "openat", -100, self.folder, os.O_RDONLY | os.O_DIRECTORY, 0)
        self.mkdir(b"a")
        before = len(os.listdir("/proc/self/fd"))
        self.batch.seal().run()
        self.addCleanup(os.close, number)
        self.assertEqual(os.listdir(number), ["a"])
        self.assertFalse(os.get_inheritable(number))
        for other in map(int, os.listdir("/proc/self/fd")):  # what was opened keeps its own number as well
            if other > 2 and other != number and self._is_the_folder(other):
                os.close(other)
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)

    def _is_the_folder(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), os.stat(self.folder))
        except OSError:
            return False  # that of the list itself

    def test_six_arguments_are_the_most_and_a_list_that_is_sealed_takes_no_more(self) -> None:
        self.batch.add("getpid", *range(6))
        self.assertEqual(len(self.batch._records[0]), syscall_batch.RECORD_BYTES // 8)
        self.batch.seal().run()
        with self.assertRaises(AssertionError):
            self.batch.add("getpid")
        with self.assertRaises(KeyError):
            SyscallBatch().add("no_such_call")


class CodeTest(unittest.TestCase):
    def test_first_column_of_a_listing_is_the_code(self) -> None:
        listing = {"one": "\n  0102  run: first\n  ff         second\n"}
        self.assertEqual(syscall_batch.machine_code(listing, "one"), b"\x01\x02\xff")
        with self.assertRaises(KeyError):
            syscall_batch.machine_code(listing, "other")

    def test_this_machine_has_its_code(self) -> None:
        for listing in (syscall_batch._RUN, syscall_batch._CLONE):
            self.assertTrue(syscall_batch.machine_code(listing, syscalls.MACHINE))


if __name__ == "__main__":
    unittest.main()
