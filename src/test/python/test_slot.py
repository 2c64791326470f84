"""A slot whose processes do not end."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import time
import unittest
from typing import Callable, Dict, List
from unittest import mock

from sandbox.events import loop
from sandbox.kernel import cgroups, identities
from sandbox.pool import death, pipes, run_namespace, slot
from sandbox.kernel.group import Group

NEVER = 3600.0  # in seconds: longer than any test


class Image:
    name = "plain"

    def __init__(self) -> None:
        self.told: List[str] = []
        self.when_ended: Callable[[], None] = lambda: None

    def reap(self) -> None:
        self.told.append("reap")

    def end(self) -> None:
        self.told.append("end")
        self.when_ended()

    def failed(self, slot: slot.Slot, why: str) -> None:
        self.told.append("failed")

    def gone(self, slot: slot.Slot) -> None:
        self.told.append("gone")


class Groups(cgroups.NoGroups):
    def __init__(self) -> None:
        super().__init__()
        self.given_back = 0

    def give_back(self, group: Group, aside: cgroups.Aside) -> None:
        self.given_back += 1


class SlotTest(unittest.TestCase):
    def setUp(self) -> None:
        self.events = loop.Loop()
        self.image = Image()
        self.groups = Groups()
        self.slot = slot.Slot(1, self.events, self.image, run_namespace.NamespaceCell(identities.Ids(range(0))), self.groups)
        self.slot._group.take()
        self.slot.state = "running"
        # Never readable: a process that does not end.
        self.slot.child, self.writer = os.pipe()
        self.addCleanup(os.close, self.writer)
        self.events.watch(self.slot.child, loop.READ, self.slot._on_all_dead)

    def kill_until(self, done: Callable[[], bool], dead: float = NEVER, word: float = NEVER) -> None:
        """With the time that a slot gives its processes to end, and its zygote to say so, in seconds."""

        def look() -> None:
            if done() or time.monotonic() > patience:
                self.events.stop()
            else:
                self.events.later(0.005, look)

        patience = time.monotonic() + 60
        look()
        with mock.patch.object(pipes, "send_signal"), mock.patch.multiple(death, say=mock.DEFAULT, DEATH_SECONDS=dead, WORD_SECONDS=word):
            self.slot.kill()
            self.events.run()

    def test_zygote_is_asked_to_reap_then_ended_then_the_slot_is_given_up(self) -> None:
        deaths: Dict[str, bool] = {}
        self.slot.held = True
        self.image.when_ended = self.slot.lost
        self.slot.on_dead = lambda: deaths.update(dead=self.slot.dead)
        self.kill_until(lambda: bool(deaths), dead=0.02, word=0.02)
        self.assertEqual(self.image.told, ["reap", "end"])
        self.assertEqual(deaths, {"dead": True}, "whoever waits for its end is told")
        self.slot.release()
        self.assertEqual(self.image.told[-1], "gone")
        self.assertEqual(self.groups.given_back, 0, "a group that may have processes is not used again")

    def test_zygote_that_does_not_tell_the_end_of_a_process_is_ended(self) -> None:
        os.write(self.writer, b"x")
        self.slot.held = True
        told: List[object] = []
        self.slot.on_exit = lambda: told.append(self.slot.exit)
        self.kill_until(lambda: bool(self.image.told), word=0.02)
        self.assertEqual(self.image.told, ["end"])
        self.slot.lost()
        self.assertEqual(told, [[-1, 0, 0]], "whoever waits for its end is told")

    def test_fault_of_whoever_has_it_ends_it(self) -> None:
        told: List[str] = []
        self.slot.held = True
        self.slot.on_exit = lambda: 1 // 0
        self.slot.on_fault = lambda: told.append("told")
        with contextlib.redirect_stderr(io.StringIO()), mock.patch.object(pipes, "send_signal") as send:
            self.slot.exited(0, 0, 0)
        self.assertEqual(told, ["told"])
        send.assert_called_with(self.slot.child, signal.SIGKILL)
        self.assertFalse(self.slot.held)

    def test_slot_that_ends_in_time_needs_no_remedy(self) -> None:
        os.write(self.writer, b"x")
        self.slot.exited(0, 0, 0)
        self.kill_until(lambda: bool(self.image.told))
        self.assertEqual(self.image.told, ["gone"])
        self.assertEqual(self.groups.given_back, 1)


class StallTest(SlotTest):
    def test_program_that_holds_up_the_supervisor_is_killed(self) -> None:
        with mock.patch.object(signal, "pidfd_send_signal") as send:
            self.slot.stall(self.slot.cell.stall_seconds / 2)
            send.assert_not_called()
            self.slot.stall(self.slot.cell.stall_seconds)
            send.assert_called_with(self.slot.child, signal.SIGKILL)
        self.assertTrue(self.slot.has_stalled)

    def test_what_is_no_program_yet_is_left_alone(self) -> None:
        self.slot.state = "parking"
        self.slot.stall(60.0)
        self.assertFalse(self.slot.has_stalled)


if __name__ == "__main__":
    unittest.main()
