"""What a zygote does with its children."""

from __future__ import annotations

import os
import select
import socket
import unittest

from sandbox import zygote


class ReapTest(unittest.TestCase):
    def setUp(self) -> None:
        ours, self.supervisor = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(ours.close)
        self.addCleanup(self.supervisor.close)
        self.zygote = zygote.Zygote(ours, None, None)  # type: ignore[arg-type]

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


if __name__ == "__main__":
    unittest.main()
