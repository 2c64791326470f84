"""What a run holds by its open files, as a look finds it."""

from __future__ import annotations

import fcntl
import os
import resource
import select
import socket
import tempfile
import unittest
from unittest import mock

from sandbox.kernel import holdings


class HoldingsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.holdings = holdings.Holdings()

    def passed(self) -> str:
        return self.holdings.passed([os.getpid()])

    def test_locks_count_by_their_ranges(self) -> None:
        with tempfile.TemporaryFile() as file, mock.patch.dict(holdings.LIMITS, locks=20):
            self.assertEqual(self.passed(), "")
            for place in range(25):
                fcntl.lockf(file, fcntl.LOCK_EX, 1, 2 * place)
            self.assertEqual(self.passed(), "locks")
            fcntl.lockf(file, fcntl.LOCK_UN)
            self.assertEqual(self.passed(), "")

    def test_what_epoll_watches_counts(self) -> None:
        self.passed()
        others = self.holdings._found["watches"]  # of other tests
        self.holdings = holdings.Holdings()
        with select.epoll() as watching, mock.patch.dict(holdings.LIMITS, watches=others + 1):
            ends = os.pipe()
            for end in ends:
                self.addCleanup(os.close, end)
            watching.register(ends[0])
            self.assertEqual(self.passed(), "")
            watching.register(ends[1])
            self.assertEqual(self.passed(), "watches")

    def test_many_descriptors_are_looked_at_in_turn(self) -> None:
        with tempfile.TemporaryFile() as file, mock.patch.dict(holdings.LIMITS, locks=2):
            for place in range(5):
                fcntl.lockf(file, fcntl.LOCK_EX, 1, 2 * place)
            with mock.patch.object(holdings, "DESCRIPTORS", 1):
                self.assertIn("locks", [self.passed() for _ in os.listdir("/proc/self/fd")])

    def test_what_is_found_in_turn_is_added_up(self) -> None:
        with tempfile.TemporaryFile() as one, tempfile.TemporaryFile() as other, mock.patch.dict(holdings.LIMITS, locks=5):
            for file in (one, other):
                for place in range(3):
                    fcntl.lockf(file, fcntl.LOCK_EX, 1, 2 * place)
            with mock.patch.object(holdings, "DESCRIPTORS", 1):
                self.assertIn("locks", [self.passed() for _ in range(2 * len(os.listdir("/proc/self/fd")))])
            fcntl.lockf(other, fcntl.LOCK_UN)
            with mock.patch.object(holdings, "DESCRIPTORS", 1):
                again = [self.passed() for _ in range(3 * len(os.listdir("/proc/self/fd")))]
            self.assertEqual(set(again[len(again) // 3 :]), {""})

    def test_descriptors_on_their_way_count(self) -> None:
        one, other = socket.socketpair()
        with one, other, mock.patch.dict(holdings.LIMITS, descriptors=3):
            for _ in range(2):
                socket.send_fds(one, [b"x"], [0, 1])
            self.assertEqual(self.passed(), "descriptors")

    def test_text_about_them_is_not_read_beyond_a_bound(self) -> None:
        with tempfile.TemporaryFile() as file, mock.patch.object(holdings, "MOST_BYTES", 64):
            fcntl.lockf(file, fcntl.LOCK_EX, 1, 0)
            self.assertEqual(self.passed(), "locks")

    def test_process_that_has_gone_holds_nothing(self) -> None:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        self.assertEqual(self.holdings.passed([pid]), "")


class OpenFilesTest(unittest.TestCase):
    def test_whoever_sends_descriptors_may_have_more_than_programs(self) -> None:
        for server, programs in ((1 << 20, 1024), (1536, 1024), (1200, 688), (1024, 512), (600, 300), (-1, 1024)):
            with mock.patch.object(resource, "getrlimit", return_value=(256, server)):
                self.assertEqual(holdings.open_files(), programs)


if __name__ == "__main__":
    unittest.main()
