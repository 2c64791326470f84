"""Busy sessions are counted, whatever else there is."""

from __future__ import annotations

import os
import signal
import threading
import time
import unittest
from typing import Callable, List
from unittest import mock

from sandbox.policy import policy
from sandbox.runs import crowd


def spin() -> None:
    while True:
        pass


def spin_aside() -> None:
    threading.Thread(target=spin).start()
    time.sleep(60)


def sleep() -> None:
    time.sleep(60)


class CrowdTest(unittest.TestCase):
    def setUp(self) -> None:
        self.pids: List[int] = []
        self.addCleanup(self.end)

    def end(self) -> None:
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def start(self, count: int, what: Callable[[], None], in_sessions: bool) -> None:
        for _ in range(count):
            pid = os.fork()
            if pid == 0:
                if in_sessions:
                    os.setsid()
                what()
            self.pids.append(pid)

    def grows(self, looks: int) -> bool:
        seen = crowd.Crowd()
        with mock.patch.multiple(policy, BUSY_SESSIONS=3, BUSY_SECONDS=0.1):
            for _ in range(looks):
                if seen.is_too_large(self.pids):
                    return True
                time.sleep(0.05)
        return False

    def test_busy_sessions_are_too_many(self) -> None:
        self.start(4, spin, True)
        self.assertTrue(self.grows(400))

    def test_so_are_those_whose_first_threads_rest(self) -> None:
        self.start(4, spin_aside, True)
        self.assertTrue(self.grows(400))

    def test_busy_processes_of_one_session_are_not(self) -> None:
        self.start(4, spin, False)
        self.assertFalse(self.grows(10))

    def test_nor_are_sessions_that_rest(self) -> None:
        self.start(12, sleep, True)
        time.sleep(0.2)
        self.assertFalse(self.grows(10))

    def test_one_look_is_not_enough(self) -> None:
        self.start(4, spin, True)
        time.sleep(0.2)
        self.assertFalse(self.grows(1))


if __name__ == "__main__":
    unittest.main()
