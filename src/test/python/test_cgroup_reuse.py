"""Control groups that runs have one after another: plain folders in their place."""

from __future__ import annotations

import errno
import gc
import math
import os
import tempfile
import unittest
from typing import Callable, List, Tuple
from unittest import mock

from sandbox.kernel import cgroups, group as control_group, hierarchy
from sandbox.kernel.group import Group, V1, V2

MIB = 1 << 20


class Folders:
    """Plain folders in place of groups of version 1."""

    kind = V1
    has_shares = False
    size = 512 * MIB

    def __init__(self, top: str) -> None:
        self._top = top
        self._count = 0

    def add(self) -> str:
        path = f"{self._top}/{self._count}"
        self._count += 1
        os.mkdir(path)
        for name in (self.kind.join, self.kind.events, self.kind.limit, *self.kind.others):
            with open(f"{path}/{name}", "w", encoding="ascii") as file:
                file.write("oom_kill 3\n")
        return path

    def remove(self) -> None:
        pass


def leave(group: Group, usage: int, files: int) -> None:
    """What the kernel tells about it."""
    for name in (V1.usage, V2.usage):
        with open(f"{group.path}/{name}", "w", encoding="ascii") as file:
            file.write(f"{usage}\n")
    with open(f"{group.path}/memory.stat", "w", encoding="ascii") as file:
        file.write(f"cache 9\ninactive_file {files}\nactive_file 0\n")


class GroupsTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.groups = cgroups.Groups(Folders(folder.name), None)
        self.put_aside: List[Callable[[], None]] = []

    def aside(self, work: Callable[[], None], then: Callable[[object], None]) -> None:
        self.put_aside.append(lambda: then(work()))

    def test_groups_that_nobody_uses_hold_no_descriptor(self) -> None:
        gc.collect()  # what other tests have left
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(3):
            taken = [self.groups.take() for _ in range(50)]
            self.assertEqual(len({group.path for group in taken}), 50)
            self.assertEqual(len(os.listdir("/proc/self/fd")), before + 150)
            for group in taken:
                self.groups.give_back(group, self.aside)
            self.assertEqual(len(os.listdir("/proc/self/fd")), before)

    def test_kills_of_one_run_are_not_the_next_ones(self) -> None:
        group = self.groups.take()
        self.assertFalse(group.is_out_of_memory())
        with open(f"{group.path}/{V1.events}", "w", encoding="ascii") as file:
            file.write("oom_kill 4\n")
        self.assertTrue(group.is_out_of_memory())
        self.groups.give_back(group, self.aside)
        self.assertFalse(self.groups.take().is_out_of_memory())

    def test_lower_limit_is_that_of_one_run_and_swap_is_never_below_memory(self) -> None:
        written: List[Tuple[str, int]] = []

        def write(path: str, text: str) -> None:
            written.append((os.path.basename(path), int(text)))

        memory, swap = V1.limit, V1.others[0]
        with mock.patch.object(hierarchy, "write", write):
            group = self.groups.take()
            self.assertEqual(written, [])
            self.assertFalse(group.has_more_than(512 * MIB))
            self.assertTrue(group.has_more_than(511 * MIB))
            group.limit(256 * MIB)
            self.assertEqual(written, [(memory, 256 * MIB), (swap, 256 * MIB)])
            self.assertFalse(group.has_more_than(256 * MIB))
            written.clear()
            self.groups.give_back(group, self.aside)
            self.assertIs(self.groups.take(), group)
        self.assertEqual(written, [(swap, 512 * MIB), (memory, 512 * MIB)])

    def test_limit_that_the_kernel_refuses_in_part_is_put_right_for_the_next_run(self) -> None:
        group = self.groups.take()
        with mock.patch.object(hierarchy, "write", side_effect=[None, OSError(errno.EBUSY, "busy")]):
            with self.assertRaises(OSError):
                group.limit(256 * MIB)
        self.groups.give_back(group, self.aside)
        with mock.patch.object(hierarchy, "write") as write:
            self.assertIs(self.groups.take(), group)
        self.assertEqual([call.args[1] for call in write.mock_calls], [str(512 * MIB)] * 2)

    def test_group_in_which_the_kernel_still_frees_memory_is_not_used(self) -> None:
        first = self.groups.take()
        self.groups.give_back(first, self.aside)

        leave(first, 300 * MIB, 0)
        other = self.groups.take()
        self.assertNotEqual(other.path, first.path)
        leave(first, 300 * MIB, 290 * MIB)  # files that the kernel keeps: it gives them up
        self.assertEqual(self.groups.take().path, first.path)
        self.assertEqual(self.put_aside, [])

    def test_caches_are_given_up_aside_before_a_group_is_used_again(self) -> None:
        group = self.groups.take()
        leave(group, 300 * MIB, 0)
        with mock.patch.object(hierarchy, "write") as write:
            self.groups.give_back(group, self.aside)
            write.assert_not_called()
            leave(group, 0, 0)
            other = self.groups.take()
            self.assertIsNot(other, group)
            self.put_aside.pop()()
            write.assert_called_once_with(f"{group.path}/memory.force_empty", "0")
        self.assertIs(self.groups.take(), group)

    def test_version_2_is_told_how_much_to_give_up(self) -> None:
        group = self.groups.take()
        leave(group, 300 * MIB, 0)
        with mock.patch.object(hierarchy, "write") as write:
            Group(group.path, V2).reclaim()
        write.assert_called_once_with(f"{group.path}/memory.reclaim", str(300 * MIB))

    def test_kernel_that_gives_up_less_is_not_an_error(self) -> None:
        group = self.groups.take()
        with mock.patch.object(hierarchy, "write", side_effect=OSError(errno.EAGAIN, "again")):
            group.reclaim()

    def test_group_is_not_lost_when_there_is_no_thread(self) -> None:
        group = self.groups.take()
        leave(group, 300 * MIB, 0)
        self.groups.give_back(group, mock.Mock(side_effect=RuntimeError("no thread")))
        leave(group, 0, 0)
        self.assertIs(self.groups.take(), group)

    def test_what_is_in_swap_space_is_used(self) -> None:
        group = self.groups.take()
        self.assertEqual(group.usage(), math.inf, "nothing tells")
        leave(group, 5 * MIB, files=0)
        for swap, usage in ((False, 5 * MIB), (True, math.inf)):
            with mock.patch.object(control_group, "has_swap", lambda swap=swap: swap):
                self.assertEqual(group.usage(), usage)
        with open(f"{group.path}/memory.memsw.usage_in_bytes", "w", encoding="ascii") as file:
            file.write(f"{7 * MIB}\n")
        self.assertEqual(group.usage(), 7 * MIB)
        second = Group(group.path, V2)
        self.assertEqual(second.usage(), 5 * MIB)
        with open(f"{group.path}/memory.swap.current", "w", encoding="ascii") as file:
            file.write(f"{3 * MIB}\n")
        self.assertEqual(second.usage(), 8 * MIB)
        self.assertEqual(Group().usage(), math.inf)

    def test_processor_time_is_that_of_one_run(self) -> None:
        files = {V1: ("cpuacct.usage", "%d000000000\n"), V2: ("cpu.stat", "usage_usec %d000000\nuser_usec 1\n")}
        for kind, (name, text) in files.items():
            with tempfile.TemporaryDirectory() as path:

                def write(file: str, words: str) -> None:
                    with open(f"{path}/{file}", "w", encoding="ascii") as opened:
                        opened.write(words)

                write(kind.join, "")
                write(kind.events, "oom_kill 0\n")
                group = Group(path, kind)
                group.renew()
                self.assertEqual(group.cpu_seconds(), 0)
                group.close()
                write(name, text % 2)
                group.renew()
                write(name, text % 5)
                self.assertEqual(group.cpu_seconds(), 3)
                group.close()

    def test_group_that_cannot_be_opened_is_not_lost(self) -> None:
        self.groups.give_back(self.groups.take(), self.aside)
        with mock.patch.object(os, "open", side_effect=OSError("too many open files")):
            with self.assertRaises(OSError):
                self.groups.take()
        self.assertTrue(self.groups.take().path.endswith("/0"))


if __name__ == "__main__":
    unittest.main()
