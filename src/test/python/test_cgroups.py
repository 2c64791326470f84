"""What is written into control groups, of version 2 above all, which the machine of a test may not have."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import unittest
from typing import List, Tuple
from unittest import mock

from sandbox.kernel import cgroups, hierarchy, machine
from sandbox.policy import config, policy

GIB = 1 << 30
MIB = 1 << 20
SETTINGS = config.parse(
    ["tier=auto", "preload=", "memory-mb=512", "processes=64", "disk-mb=64", "output-bytes=1"]
)


class Version2Test(unittest.TestCase):
    def setUp(self) -> None:
        self.own = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.own)
        self.written: List[Tuple[str, str]] = []
        for name, value in (("own_group", lambda controller: (self.own, 2)), ("write", self.write)):
            patched = mock.patch.object(hierarchy, name, value)
            patched.start()
            self.addCleanup(patched.stop)
        self.refused = ""

    def write(self, path: str, text: str) -> None:
        if self.refused and self.refused in text:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
        self.written.append((os.path.relpath(path, self.own), text))

    def offer(self, controllers: str) -> None:
        with open(f"{self.own}/cgroup.controllers", "w", encoding="ascii") as file:
            file.write(controllers)

    def value(self, name: str) -> str:
        return dict(self.written)[name]

    def test_every_run_weighs_the_same_and_all_have_a_limit(self) -> None:
        self.offer("cpuset cpu io memory pids\n")
        memory = cgroups.Memory(SETTINGS)
        top = f"pyexec-{os.getpid()}"
        self.assertTrue(memory.has_shares)
        self.assertEqual(self.value("cgroup.subtree_control"), "+memory +pids +cpu")
        self.assertEqual(self.value(f"{top}/cgroup.subtree_control"), "+memory +pids +cpu")
        self.assertNotIn(f"{top}/cpu.weight", dict(self.written), "no more than one session, such as the server")
        self.assertGreater(int(self.value(f"{top}/memory.max")), 512 * MIB)
        memory.add()
        self.assertEqual(self.value(f"{top}/0/memory.max"), str((512 + 64 + 16) * MIB))
        self.assertEqual(self.value(f"{top}/0/memory.oom.group"), "1")
        self.assertEqual(self.value(f"{top}/0/pids.max"), str(64 + policy.HELPERS))
        self.assertNotIn(f"{top}/0/cpu.weight", dict(self.written))
        memory.remove()

    def test_host_that_does_not_hand_on_cpu_is_used_without(self) -> None:
        for controllers, refused in (("memory pids\n", ""), ("cpu memory pids\n", "+cpu")):
            self.offer(controllers)
            self.refused = refused
            memory = cgroups.Memory(SETTINGS)
            self.assertFalse(memory.has_shares)
            self.assertEqual(self.value("cgroup.subtree_control"), "+memory +pids")
            self.assertFalse(any(name.endswith("cpu.weight") for name, _ in self.written))
            memory.remove()

    def test_host_that_does_not_hand_on_memory_is_not_used(self) -> None:
        self.offer("cpu pids\n")
        with self.assertRaises(hierarchy.NotPossible):
            cgroups.Memory(SETTINGS)
        self.assertEqual(self.written, [])


class MostTest(unittest.TestCase):
    def test_a_quarter_stays_free_for_the_server(self) -> None:
        self.assertEqual(cgroups.most_of_all_runs(16 * GIB, 14 * GIB, GIB), 10 * GIB)

    def test_machine_that_is_busy_at_the_start_gives_half(self) -> None:
        self.assertEqual(cgroups.most_of_all_runs(16 * GIB, 5 * GIB, GIB), 8 * GIB)

    def test_one_run_always_fits(self) -> None:
        self.assertGreater(cgroups.most_of_all_runs(GIB, GIB // 4, 592 * MIB), 592 * MIB)


class MachineTest(unittest.TestCase):
    def test_limit_of_a_container_counts_wherever_above_it_stands(self) -> None:
        with tempfile.TemporaryDirectory() as top:
            inner = f"{top}/service/worker"
            os.makedirs(inner)
            for folder, limit in ((inner, "max"), (f"{top}/service", str(64 * MIB))):
                for name, text in (("cgroup.procs", ""), ("memory.max", limit)):
                    with open(f"{folder}/{name}", "w", encoding="ascii") as file:
                        file.write(text)
            self.assertEqual(machine.memory(inner), 64 * MIB)
            self.assertLessEqual(machine.free(inner), 64 * MIB)

    def test_group_without_a_limit_has_what_the_machine_has(self) -> None:
        with tempfile.TemporaryDirectory() as top:
            self.assertGreater(machine.memory(top), 64 * MIB)


if __name__ == "__main__":
    unittest.main()
