"""The files that say what machine a program is on."""

from __future__ import annotations

import os
import re
import unittest
from unittest import mock

from sandbox.kernel import surroundings
from sandbox.policy import policy


class FilesTest(unittest.TestCase):
    def setUp(self) -> None:
        self.files = surroundings.files(512 << 20, 64)

    def test_memory_is_that_of_a_run(self) -> None:
        self.assertTrue(self.files["proc/meminfo"].startswith("MemTotal:         524288 kB\nMemFree:          524288 kB\n"))

    def test_processors_are_those_that_may_be_used(self) -> None:
        with mock.patch.object(os, "sched_getaffinity", return_value={0}):
            files = surroundings.files(1 << 20, 64)
        self.assertEqual(re.findall(r"^processor\s*: (\d+)$", files["proc/cpuinfo"], re.MULTILINE), ["0"])
        self.assertEqual(re.findall(r"^cpu(\d+) ", files["proc/stat"], re.MULTILINE), ["0"])

    def test_of_many_processors_there_are_half_as_many_as_processes(self) -> None:
        with mock.patch.object(os, "sched_getaffinity", return_value=set(range(1, 100))):
            stat = {each: surroundings.files(1 << 20, each)["proc/stat"] for each in (1, 16, 64)}
        numbers = {each: re.findall(r"^cpu(\d+) ", text, re.MULTILINE) for each, text in stat.items()}
        self.assertEqual({each: len(found) for each, found in numbers.items()}, {1: 1, 16: 8, 64: 32})
        self.assertEqual(numbers[16], ["1", "2", "3", "4", "5", "6", "7", "8"])

    def test_nothing_tells_what_others_do(self) -> None:
        self.assertNotRegex(self.files["proc/cpuinfo"], r"MHz|apicid\s*:")
        self.assertEqual(set(re.findall(r"^cpu.*", self.files["proc/stat"], re.MULTILINE)[0].split()[1:]), {"0"})

    def test_lists_of_ours_are_for_hosts_without_them(self) -> None:
        with mock.patch.object(os.path, "exists", return_value=False):
            without = surroundings.files(1 << 20, 64)
        self.assertIn("http 80/tcp", without["etc/services"])
        self.assertIn("tcp 6 TCP", without["etc/protocols"])
        with mock.patch.object(os.path, "exists", return_value=True):
            self.assertNotIn("etc/services", surroundings.files(1 << 20, 64))

    def test_the_other_folder_of_temporary_files_is_a_link_unless_the_interpreter_lies_there(self) -> None:
        self.assertIn("/var/tmp", dict(surroundings.links([])))
        made = dict(surroundings.links([], ["/usr", "/var/tmp/python/bin"]))
        self.assertNotIn("/var/tmp", made)
        self.assertIn("/tmp", made)

    def test_python_is_a_link_only_where_the_system_has_none(self) -> None:
        with mock.patch.object(surroundings.shutil, "which", return_value=None):
            self.assertIn(policy.COMMANDS + "/python", dict(surroundings.links([])))
        with mock.patch.object(surroundings.shutil, "which", return_value="/usr/bin/python"):
            self.assertNotIn(policy.COMMANDS + "/python", dict(surroundings.links([])))


if __name__ == "__main__":
    unittest.main()
