"""What is known of a run's processes, and their processor time however they end."""

from __future__ import annotations

import os
import subprocess
import sys
import unittest
from typing import Optional

from sandbox.kernel import processes
from sandbox.kernel.processes import Process


def process(pid: int, own: float, reaped: float = 0.0, state: bytes = b"S", begin: bytes = b"1") -> Process:
    return Process(pid, state, 1, own, reaped, begin)


class ClockTest(unittest.TestCase):
    def setUp(self) -> None:
        self.clock = processes.Clock()

    def total(self, *found: Process, since: float = 1.0) -> float:
        return self.clock.total(found, since)

    def test_child_that_was_waited_for_counts_once(self) -> None:
        self.total(process(1, 1.0), process(2, 5.0))
        self.assertEqual(self.total(process(1, 1.0, reaped=5.5)), 6.5)
        self.assertEqual(self.total(process(1, 2.0, reaped=5.5)), 7.5)

    def test_child_that_was_waited_for_between_two_glances_of_one_look_counts_once(self) -> None:
        self.total(process(1, 1.0), process(2, 5.0, state=b"R"))
        self.total(process(1, 1.0))
        self.assertEqual(self.total(process(1, 1.0, reaped=5.5)), 6.5)
        self.assertEqual(self.total(process(1, 1.0, reaped=5.5)), 6.5)

    def test_time_that_nobody_has_waited_for_is_kept(self) -> None:
        self.total(process(1, 0.0), process(2, 5.0))
        self.total(process(1, 0.0), process(3, 2.0))
        self.total(process(1, 0.0))
        self.assertEqual(self.total(process(1, 0.0)), 7.0)

    def test_number_that_is_used_again_is_another_process(self) -> None:
        self.total(process(1, 0.0), process(2, 5.0))
        self.total(process(1, 0.0), process(2, 1.0, begin=b"2"))
        self.assertEqual(self.total(process(1, 0.0), process(2, 1.0, begin=b"2")), 6.0)

    def test_short_ones_that_nobody_has_waited_for_count_for_the_time_between_looks(self) -> None:
        for number in range(2, 23):
            total = self.total(process(1, 0.0), process(number, 0.0, state=b"R"), since=0.05)
        self.assertGreater(total, 0.9)

    def test_however_many_were_running_they_had_no_more_than_the_processors(self) -> None:
        many = [process(number, 0.0, state=b"R") for number in range(2, 1000)]
        self.total(process(1, 0.0), *many)
        self.total(process(1, 0.0))
        self.assertLessEqual(self.total(process(1, 0.0)), os.cpu_count() or 1)


class LookTest(unittest.TestCase):
    def begin(self, code: str) -> subprocess.Popen:
        command = [sys.executable, "-c", code + "\nprint(flush=True)\nsys.stdin.read()"]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert child.stdout is not None
        self.addCleanup(child.communicate)
        child.stdout.readline()
        return child

    def test_memory_is_found_behind_a_first_thread_that_has_ended(self) -> None:
        code = "import ctypes, sys, threading\nmain = threading.main_thread()\n"
        code += "def go_on():\n while open('/proc/self/stat').read().rpartition(')')[2].split()[0] != 'Z': pass\n"
        code += " print(flush=True); sys.stdin.read(1)\n"
        code += "threading.Thread(target=go_on).start()\nctypes.CDLL(None).pthread_exit(None)"
        child = self.begin(code)
        found: Optional[int] = processes.with_memory(child.pid)
        self.assertNotIn(found, (None, child.pid))
        self.assertGreater(int(processes.read(f"/proc/{found}/statm").split()[1]), 0)

    def test_no_name_of_a_process_confuses(self) -> None:
        libc = "import ctypes, sys\nctypes.CDLL(None).prctl(15, "
        for name in (b"a\nb", b") S 1", b"((\xff"):
            child = self.begin(f"{libc}{name!r}, 0, 0, 0)")
            seen = processes.look_at(child.pid)
            self.assertIsNotNone(seen)
            self.assertEqual((seen.pid, seen.threads), (child.pid, 1))

    def test_what_has_gone_is_nothing(self) -> None:
        child = self.begin("import sys")
        child.communicate()
        self.assertIsNone(processes.look_at(child.pid))
        self.assertEqual(processes.family([child.pid, -1]), [])


if __name__ == "__main__":
    unittest.main()
