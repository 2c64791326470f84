"""What waits for a reader, and what comes from him meanwhile."""

from __future__ import annotations

import socket
import unittest
from typing import Iterator, List
from unittest import mock

from sandbox.events import loop, send_queue


class OutboxTest(unittest.TestCase):
    def setUp(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.addCleanup(self.ours.close)
        self.addCleanup(self.theirs.close)
        self.ours.setblocking(False)
        self.events = loop.Loop()
        self.told: List[str] = []

    def hear(self, _: int) -> None:
        self.told.append(self.ours.recv(100).decode())
        self.events.stop()

    def gone(self) -> None:
        self.told.append("gone")
        self.events.stop()

    def run_for_at_most(self, seconds: float = 20.0) -> None:
        self.events.later(seconds, self.events.stop)
        self.events.run()

    def test_answer_is_over_before_the_next_order_is_heard(self) -> None:
        """Also where its last byte has gone at the end of a turn."""
        box = send_queue.SendQueue(self.events, self.ours, self.hear, self.gone)
        with mock.patch.object(send_queue, "TURN_SECONDS", -1.0):
            box.pour(iter([b"answer"]), lambda: self.told.append("over"))
        self.assertEqual((self.theirs.recv(100), self.told), (b"answer", []))
        self.theirs.send(b"next order")
        self.run_for_at_most()
        self.assertEqual(self.told, ["over", "next order"])

    def test_what_comes_in_the_midst_of_an_answer_is_heard(self) -> None:
        def pieces() -> Iterator[bytes]:
            while "stop" not in self.told:
                yield b""

        box = send_queue.SendQueue(self.events, self.ours, self.hear, self.gone)
        with mock.patch.object(send_queue, "TURN_SECONDS", -1.0):
            box.pour(pieces(), lambda: self.told.append("over"))
            self.theirs.send(b"stop")
            self.run_for_at_most()
        self.assertEqual(self.told, ["stop"])

    def test_nothing_is_heard_of_who_has_gone(self) -> None:
        box = send_queue.SendQueue(self.events, self.ours, self.hear, self.gone)
        with mock.patch.object(send_queue, "TURN_SECONDS", -1.0):
            box.pour(iter([b"answer", b"more"]), lambda: self.told.append("over"))
        self.theirs.close()
        self.run_for_at_most()
        self.assertEqual(self.told, ["gone"])


if __name__ == "__main__":
    unittest.main()
