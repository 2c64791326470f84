"""Memory of a run that is in no process's resident pages."""

from __future__ import annotations

import gc
import math
import mmap
import os
import socket
import unittest
from typing import Optional
from unittest import mock

from sandbox.kernel import memory, processes
from sandbox.policy import policy
from sandbox.wire import report

MIB = 1 << 20


class ScaleTest(unittest.TestCase):
    def setUp(self) -> None:
        self.report = report.create()
        self.addCleanup(os.close, self.report)
        self.scale = memory.Scale(self.report)
        every = mock.patch.object(memory, "FULL_LOOKS", 1 << 30)
        every.start()
        self.addCleanup(every.stop)
        self.before = self.weigh()

    def weigh(self, scale: Optional[memory.Scale] = None, network: int = 0) -> float:
        return (scale or self.scale).weigh([os.getpid()], network, 1 << 50)

    def shared(self, size: int) -> mmap.mmap:
        made = mmap.mmap(-1, size)
        self.addCleanup(made.close)
        made[:: mmap.PAGESIZE] = b"x" * (size // mmap.PAGESIZE)
        return made

    def test_pages_that_are_dropped_by_everybody_count(self) -> None:
        for asks in (True, False):
            with mock.patch.object(memory, "has_map_files", lambda: asks and memory._may_ask[0]):
                gc.collect()  # what other tests have left
                before = self.weigh()
                dropped = self.shared(64 * MIB)
                dropped.madvise(mmap.MADV_DONTNEED)
                self.assertGreater(self.weigh(), before + 60 * MIB)
                dropped.close()
                self.assertLess(self.weigh(), before + 30 * MIB)

    def test_object_counts_once_however_often_it_is_mapped(self) -> None:
        self.shared(64 * MIB)
        self.assertLess(self.scale.weigh([os.getpid()] * 3, 0, 0), 3 * self.before + 80 * MIB)

    def test_size_that_has_been_seen_is_remembered_while_the_object_is_there(self) -> None:
        line = "7f0000000000-7f0004000000 rw-s 00000000 {} 4242 /dev/zero (deleted)\n"
        part = "7f0000000000-7f0000001000 rw-s 00000000 {} 4242 /dev/zero (deleted)\n"
        device = self.scale._device.decode()
        real = processes.read
        for text in (line, part):
            maps = text.format(device).encode()
            with mock.patch.object(memory, "has_map_files", lambda: False), mock.patch.object(
                processes, "read", lambda path, most=-1: maps if path.endswith("/maps") else real(path, most)
            ):
                weight = self.weigh()
        self.assertGreater(weight, 64 * MIB)

    def test_report_of_the_sandbox_does_not_count(self) -> None:
        with mmap.mmap(self.report, report.ALL_BYTES) as mapped:
            mapped[:: mmap.PAGESIZE] = b"x" * (report.ALL_BYTES // mmap.PAGESIZE)
            mapped.madvise(mmap.MADV_DONTNEED)
            self.assertLess(self.weigh(), self.before + report.ALL_BYTES // 2)

    def test_more_mappings_than_anybody_has_are_too_heavy_and_not_read_to_their_end(self) -> None:
        with mock.patch.object(memory, "MOST_MAPS_BYTES", 4096):
            self.assertEqual(self.weigh(), math.inf)

    def test_memory_in_swap_space_counts(self) -> None:
        real = processes.read

        def read(path: str, most: int = -1) -> bytes:
            if path.endswith("/status"):
                return b"Name:\tp\nVmPTE:\t       8 kB\nVmSwap:\t  131072 kB\n"
            if path.endswith("/smaps_rollup"):
                return b"Pss_Anon:             1024 kB\nSwap:            131072 kB\nSwapPss:          65536 kB\n"
            return real(path, most)

        with mock.patch.object(processes, "read", read):
            self.assertGreaterEqual(self.scale.weigh([os.getpid()], 0, 1 << 50), 128 * MIB)
            exact = self.scale.weigh([os.getpid()], 0, 64 * MIB)
            self.assertGreaterEqual(exact, 64 * MIB)
            self.assertLess(exact, 100 * MIB)  # what forked processes have in common is divided among them

    def test_no_process_is_looked_at_closely_where_a_control_group_has_counted_little(self) -> None:
        real = processes.read

        def read(path: str, most: int = -1) -> bytes:
            assert not path.endswith("/smaps_rollup"), path
            return real(path, most)

        with mock.patch.object(processes, "read", read):
            weight = self.scale.weigh([os.getpid()] * 100, 0, 64 * MIB, 32 * MIB)
        self.assertGreaterEqual(weight, 32 * MIB)
        self.assertLessEqual(weight, 64 * MIB)

    def test_what_the_kernel_has_for_a_run_counts_beside_what_a_control_group_has_counted(self) -> None:
        mappings = [mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | number % 2 * mmap.PROT_WRITE) for number in range(4000)]
        scale = memory.Scale(self.report)
        many = scale.weigh([os.getpid()] * 50, 0, 64 * MIB, 32 * MIB)
        self.assertGreater(many, 32 * MIB + 50 * 3000 * memory.BYTES_OF_A_MAPPING)
        for each in mappings:
            each.close()

    def test_files_that_a_control_group_has_counted_are_not_the_program_s_memory(self) -> None:
        self.assertAlmostEqual(self.scale.weigh([os.getpid()], 0, 1 << 50, math.inf), self.weigh(), delta=8 * MIB)
        self.assertLess(self.scale.weigh([os.getpid()], 0, 1 << 50, (1 << 50) + 1), 1 << 40)

    def test_sockets_above_the_free_ones_count(self) -> None:
        sockstat = b"sockets: used %d\nTCP: inuse 0\n" % (policy.FREE_SOCKETS + 10)
        real = processes.read
        with mock.patch.object(
            processes, "read", lambda path, most=-1: sockstat if path.endswith("/sockstat") else real(path, most)
        ):
            self.assertGreaterEqual(self.weigh(network=1), self.before + 10 * policy.SOCKET_BYTES - MIB)

    def test_open_sockets_count_where_there_is_no_network_of_their_own(self) -> None:
        before = memory._sockets_of([os.getpid()])
        with mock.patch.object(policy, "FREE_OPEN_SOCKETS", 4):
            pairs = [socket.socketpair() for _ in range(10)]
            self.assertGreaterEqual(memory._sockets_of([os.getpid()]) - before, 16 * policy.SOCKET_BYTES)
            for pair in pairs:
                for end in pair:
                    end.close()


if __name__ == "__main__":
    unittest.main()
