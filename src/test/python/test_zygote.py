"""What a zygote does with its children."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import pathlib
import select
import signal
import socket
import sys
import tempfile
import unittest
from typing import Callable, List
from unittest import mock

from sandbox.kernel import syscalls
from sandbox.policy import policy
from sandbox.zygote import heir, preloading, zygote


class ReapTest(unittest.TestCase):
    def setUp(self) -> None:
        ours, self.supervisor = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(ours.close)
        self.addCleanup(self.supervisor.close)
        self.zygote = zygote.Zygote(ours, None, None)

    def fork_ended(self, status: int) -> int:
        pid = os.fork()
        if pid == 0:
            os._exit(status)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        return pid

    def test_child_that_nobody_has_forked_here_is_waited_for_and_not_told(self) -> None:
        stranger = self.fork_ended(0)
        known = self.fork_ended(3)
        self.zygote._tell("7", known, [])
        self.assertTrue(self.supervisor.recvmsg(100, 100)[0].startswith(b"forked 7"))

        self.zygote._reap()

        self.assertTrue(self.supervisor.recv(100).startswith(b"exit 7 768 "))
        for pid in (stranger, known):
            with self.assertRaises(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        self.assertEqual(select.select([self.supervisor], [], [], 0)[0], [], "nothing is said of a stranger")


class ImportTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        # Not from the heap, where other tests may have left as much: only what the process did not have counts.
        pathlib.Path(folder.name, "takes_much.py").write_text(
            "import mmap\n"
            "DATA = mmap.mmap(-1, 8 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
            "for page in range(0, len(DATA), mmap.PAGESIZE):\n"
            "    DATA[page] = 1\n"
        )
        pathlib.Path(folder.name, "comes_next.py").write_text("")
        sys.path.insert(0, folder.name)
        self.addCleanup(sys.path.remove, folder.name)
        self.proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY)
        self.addCleanup(os.close, self.proc)
        self.ours, self.supervisor = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(self.ours.close)
        self.addCleanup(self.supervisor.close)

    def imported(self, *most_bytes: int) -> str:
        for name in ("takes_much", "comes_next"):
            sys.modules.pop(name, None)
        preloading.import_all(self.ours, self.proc, ["takes_much", "comes_next"], 60, *most_bytes)
        return " ".join(name for name in ("takes_much", "comes_next") if name in sys.modules)

    def test_no_module_is_imported_after_the_one_that_took_more_than_there_was(self) -> None:
        self.assertEqual(self.imported(4 << 20), "takes_much")
        self.assertEqual(self.imported(64 << 20), "takes_much comes_next")
        self.assertEqual(self.imported(), "takes_much comes_next")


class HeirTest(unittest.TestCase):
    def setUp(self) -> None:
        self.channels, self.supervisors = zip(*(socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(2)))
        for each in (*self.channels, *self.supervisors):
            self.addCleanup(each.close)
        for each in self.supervisors:
            each.settimeout(10)

    def fork_with_heir(self) -> int:
        """A zygote that says its number and its parent's, as its heir does, and ends."""
        pid = os.fork()
        if pid == 0:
            try:
                own = heir.fork_heir(list(self.channels))
                own.send(f"{os.getpid()} {os.getppid()} {self.channels.index(own)}".encode())
            finally:
                os._exit(0)
        for each in self.channels:
            each.close()
        return pid

    def test_heir_has_its_own_channel_and_is_a_child_of_whoever_waits_for_orphans(self) -> None:
        syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)
        self.addCleanup(syscalls.prctl, syscalls.PR_SET_CHILD_SUBREAPER, 0)
        first = self.fork_with_heir()
        told = [supervisor.recv(100).decode().split(" ") for supervisor in self.supervisors]
        heir = int(told[1][0])
        self.assertEqual(told, [[str(first), str(os.getpid()), "0"], [str(heir), str(os.getpid()), "1"]])
        self.assertNotEqual(heir, first)
        self.assertEqual([supervisor.recv(100) for supervisor in self.supervisors], [b"", b""], "nobody else has them open")
        self.assertEqual({os.wait()[0], os.wait()[0]}, {first, heir})
        with self.assertRaises(ChildProcessError, msg="the first one has waited for what it forked itself"):
            os.wait()

    def test_zygote_goes_on_without_an_heir_where_no_process_can_be_had(self) -> None:
        real = os.fork
        for forks in ([], [real]):  # that work

            def fork(left: List[Callable[[], int]] = forks) -> int:  # in each process as many as are left there
                if not left:
                    raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
                return left.pop()()

            pid = real()
            if pid == 0:
                try:
                    with mock.patch.object(os, "fork", fork), contextlib.redirect_stderr(io.StringIO()):
                        own = heir.fork_heir(list(self.channels))
                    own.send(str(self.channels.index(own)).encode())
                    try:
                        self.channels[1].send(b"open")
                    except OSError:
                        own.send(b"closed")
                finally:
                    os._exit(0)
            with self.subTest(forks=len(forks)):
                self.assertEqual([self.supervisors[0].recv(100) for _ in range(2)], [b"0", b"closed"])
                self.assertEqual(os.waitpid(pid, 0)[1], 0)
                self.assertEqual(select.select([self.supervisors[1]], [], [], 0)[0], [], "no heir says anything")


class NoInits:
    """A system that gives no more processes."""

    def clone(self) -> int:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))


class OrderTest(unittest.TestCase):
    def test_cell_that_cannot_be_made_ends_nothing_but_itself(self) -> None:
        ours, supervisor = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(ours.close)
        self.addCleanup(supervisor.close)
        asked = zygote.Zygote(ours, None, NoInits())
        supervisor.send(b"park 7 namespaces 0")
        with mock.patch.object(signal, "pidfd_send_signal", side_effect=AssertionError("somebody else's")):
            self.assertIsNone(asked._obey())
        self.assertEqual(supervisor.recv(100), b"exit 7 -1 0 0")


class MemoryTest(unittest.TestCase):
    def test_zygote_and_so_its_programs_go_before_the_server_when_memory_is_short(self) -> None:
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY)
            zygote._go_first_when_memory_is_short(proc)
            child = os.fork()
            if child == 0:
                with open("/proc/self/oom_score_adj", "rb") as file:
                    os.write(write, file.read())
                os._exit(0)
            os.waitpid(child, 0)
            os._exit(0)
        os.close(write)
        os.waitpid(pid, 0)
        with open(read, "rb") as told:
            self.assertEqual(int(told.read()), policy.OOM_SCORE_ADJ)


if __name__ == "__main__":
    unittest.main()
