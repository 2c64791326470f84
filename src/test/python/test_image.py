"""An image and what its zygote tells it."""

from __future__ import annotations

import os
import socket
import unittest
from typing import Tuple

from sandbox import cgroups, image, loop, packets


class Family(image.FamilyDoor):
    """Keeps the zygote's end of the image's socket."""

    def __init__(self) -> None:
        self.events = loop.Loop()
        self.groups = cgroups.NoGroups()

    def order(self, text: str, descriptor: int) -> None:
        self.zygote = socket.socket(fileno=os.dup(descriptor))


class ImageTest(unittest.TestCase):
    def setUp(self) -> None:
        self.family = Family()
        self.image = image.Image(self.family, "plain", ())
        self.addCleanup(self.family.zygote.close)
        self.addCleanup(self.image.lose)

    def tell(self, message: bytes, descriptors: Tuple[int, ...] = ()) -> None:
        packets.send(self.family.zygote, message, descriptors)
        self.family.events.later(0.05, self.family.events.stop)
        self.family.events._running = True
        self.family.events.run()

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


if __name__ == "__main__":
    unittest.main()
