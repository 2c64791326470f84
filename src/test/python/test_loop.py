"""The event loop of the supervisor."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import threading
import time
import unittest
from typing import List

from sandbox.events import loop


class LoopTest(unittest.TestCase):
    def test_what_happened_to_a_closed_descriptor_is_not_told_to_the_next_owner_of_its_number(self) -> None:
        events = loop.Loop()
        told: List[str] = []
        pairs = [socket.socketpair() for _ in range(2)]
        fresh: List[socket.socket] = []

        def replace(closed: socket.socket, other: socket.socket) -> None:
            """What a run does that ends: its socket goes, and the next one gets the number."""
            told.append("ended")
            for each in (closed, other):
                number = each.fileno()
                events.forget(number)
                each.close()
                ours, theirs = socket.socketpair()
                self.assertEqual(ours.fileno(), number)
                fresh.extend((ours, theirs))
                events.watch(number, loop.READ, lambda _: told.append("without reason"))

        for (mine, _), (other, _) in (pairs, pairs[::-1]):
            events.watch(mine.fileno(), loop.READ, lambda _, mine=mine, other=other: replace(mine, other))
        for _, theirs in pairs:
            theirs.send(b"x")  # both are ready in one round
        events.later(0.05, events.stop)
        events.run()
        self.assertEqual(told, ["ended"])
        for each in [*fresh, *(end for pair in pairs for end in pair)]:
            each.close()

    def test_what_happens_to_the_next_owner_is_told(self) -> None:
        events = loop.Loop()
        told: List[bytes] = []
        first, theirs = socket.socketpair()
        number = first.fileno()
        events.watch(number, loop.READ, lambda _: None)
        events.forget(number)
        first.close()
        theirs.close()
        ours, other = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(other.close)
        events.watch(ours.fileno(), loop.READ, lambda _: (told.append(os.read(ours.fileno(), 1)), events.stop()))
        other.send(b"y")
        events.run()
        self.assertEqual(told, [b"y"])

    def test_fault_of_one_owner_is_told_to_him_and_to_nobody_else(self) -> None:
        events = loop.Loop()
        told: List[str] = []
        hurt = events.guarded(lambda: told.append("hurt is told"))
        victim = events.guarded(lambda: told.append("victim is told"))
        mine, theirs = socket.socketpair()
        other, others = socket.socketpair()
        for each in (mine, theirs, other, others):
            self.addCleanup(each.close)
            each.send(b"x")
        hurt.watch(mine.fileno(), loop.READ, lambda _: 1 // 0)
        victim.watch(other.fileno(), loop.READ, lambda _: (other.recv(1), told.append("victim goes on")))
        hurt.later(0.01, lambda: [][0])
        victim.later(0.02, lambda: told.append("its timer too"))
        victim.later(0.05, victim.stop)
        with contextlib.redirect_stderr(io.StringIO()) as log:
            hurt.call(lambda: {}["nothing"])
            events.run()
        self.assertEqual(sorted(told), sorted(["hurt is told"] * 3 + ["victim goes on", "its timer too"]))
        self.assertIn("ZeroDivisionError", log.getvalue(), "what happened is in the log")

    def test_owner_who_fails_to_end_holds_up_nobody(self) -> None:
        events = loop.Loop()
        hurt = events.guarded(lambda: 1 // 0)
        hurt.later(0, lambda: [][0])
        events.later(0.01, events.stop)
        with contextlib.redirect_stderr(io.StringIO()):
            events.run()

    def test_longest_round_is_known_once(self) -> None:
        events = loop.Loop()
        events.later(0, lambda: time.sleep(0.05))
        events.later(0.01, events.stop)
        events.run()
        self.assertGreaterEqual(events.take_worst_lag(), 0.05)
        self.assertEqual(events.take_worst_lag(), 0)


class AsideTest(unittest.TestCase):
    def setUp(self) -> None:
        self.events = loop.Loop()
        self.events.later(20.0, self.events.stop)
        self.got: List[object] = []

    def take(self, result: object) -> None:
        self.got.append(result)
        self.events.stop()

    def test_loop_goes_on_while_somebody_works_aside(self) -> None:
        may_end = threading.Event()
        main = threading.get_ident()
        self.events.aside(lambda: (may_end.wait(20.0), threading.get_ident()), lambda got: (self.assertEqual(threading.get_ident(), main), self.take(got)))
        self.events.later(0.01, may_end.set)
        self.events.run()
        self.assertNotEqual(self.got, [(True, main)])
        self.assertEqual(len(self.got), 1)

    def test_exception_is_a_result(self) -> None:
        self.events.aside(lambda: 1 // 0, self.take)
        self.events.run()
        self.assertIsInstance(self.got[0], ZeroDivisionError)

    def test_owner_is_told_of_a_fault_in_taking_a_result(self) -> None:
        told: List[str] = []
        guarded = self.events.guarded(lambda: (told.append("told"), self.events.stop()))
        guarded.aside(lambda: 1, lambda _: 1 // 0)
        with contextlib.redirect_stderr(io.StringIO()):
            self.events.run()
        self.assertEqual(told, ["told"])


if __name__ == "__main__":
    unittest.main()
