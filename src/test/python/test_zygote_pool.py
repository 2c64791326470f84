"""An image and what its zygote tells it."""

from __future__ import annotations

import os
import socket
import unittest
from typing import List, Tuple

from sandbox.events import loop
from sandbox.kernel import cgroups
from sandbox.pool import zygote_pool
from sandbox.wire import fd_messages


class Generation:
    def __init__(self) -> None:
        self.events = loop.Loop()
        self.groups = cgroups.NoGroups()

        self.refusals: List[str] = []

    def refused(self, image: zygote_pool.ZygotePool, module: str) -> None:
        self.refusals.append(module)


class ImageTest(unittest.TestCase):
    def setUp(self) -> None:
        self.generation = Generation()
        control, self.zygote = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.image = zygote_pool.ZygotePool(self.generation, "plain", (), control)
        self.addCleanup(self.zygote.close)
        self.addCleanup(self.image.lose)

    def tell(self, message: bytes, descriptors: Tuple[int, ...] = ()) -> None:
        fd_messages.send(self.zygote, message, descriptors)
        self.generation.events.later(0.05, self.generation.events.stop)
        self.generation.events._running = True
        self.generation.events.run()

    def test_child_that_nobody_waits_for_any_more_and_that_has_ended_is_no_fault(self) -> None:
        ended = os.fork()
        if ended == 0:
            os._exit(0)
        pidfd = os.pidfd_open(ended)
        os.waitpid(ended, 0)
        self.tell(b"forked 7", (pidfd,))
        os.close(pidfd)
        self.tell(b"importing numpy")
        self.assertEqual(self.image.importing, "numpy", "what the zygote says later is heard")

    def test_module_that_cannot_be_imported_is_told_to_the_family(self) -> None:
        self.tell(b"refused numpy ImportError: not here")
        self.assertEqual(self.generation.refusals, ["numpy"])


if __name__ == "__main__":
    unittest.main()
