"""What is left of a run in whose handling something has failed."""

from __future__ import annotations

import unittest
from typing import List
from unittest import mock

from sandbox.events import loop
from sandbox.pool import slot
from sandbox.runs import client_task


class Task(client_task.ClientTask):
    used = 0

    def begin(self, payload: bytes) -> None:
        raise AssertionError("it has begun")

    def on_frame(self, kind: bytes, payload: bytes) -> None:
        raise AssertionError("no frame comes")

    def on_contents(self, data: bytes) -> bytes:
        raise AssertionError("no contents come")

    def _on_exit(self) -> None:
        pass

    def _on_dead(self) -> None:
        pass

    def _stop(self) -> None:
        raise ValueError("cannot stop")

    def _use(self, slot: slot.Slot) -> None:
        self.used += 1


class Quiet(Task):
    def _stop(self) -> None:
        pass


class LimitTest(unittest.TestCase):
    """What comes while the kernel lowers the limit of memory."""

    def setUp(self) -> None:
        self.events = loop.Loop()
        self.connection = mock.Mock()
        self.task = Quiet(self.events, self.connection, mock.Mock(), mock.Mock(), lambda task: None)
        self.slot = mock.Mock(exit=None, dead=False)
        self.task._on_slot(self.slot, mock.Mock())
        self.assertEqual(self.slot.state, "running")
        self.then = self.slot.limit_memory.call_args[0][1]
        self.assertEqual(self.task.used, 0)

    def test_program_begins_when_it_is_done(self) -> None:
        self.then(None)
        self.assertEqual(self.task.used, 1)
        self.slot.release.assert_not_called()

    def assertRefused(self, why: str) -> None:
        self.assertEqual(self.task.used, 0)
        self.assertIn(why, self.connection.put.call_args[0][1].decode())
        self.connection.pour.call_args[0][1]()
        self.slot.release.assert_called_once_with()

    def test_run_without_its_limit_does_not_begin(self) -> None:
        self.then(OSError("busy"))
        self.assertRefused("could not be limited: busy")

    def test_slot_that_has_ended_is_not_used(self) -> None:
        self.slot.dead = True
        self.then(None)
        self.assertRefused("ended")

    def test_slot_is_given_back_when_nobody_waits_for_it_any_more(self) -> None:
        self.task.on_gone()
        self.slot.release.assert_not_called()
        self.then(None)
        self.assertEqual(self.task.used, 0)
        self.slot.release.assert_called_once_with()


class FaultTest(unittest.TestCase):
    def test_every_step_of_the_end_is_taken_and_those_that_fail_are_logged(self) -> None:
        ended: List[client_task.ClientTask] = []
        link = mock.Mock()
        failed = Task(loop.Loop(), link, mock.Mock(), mock.Mock(), ended.append)
        with mock.patch.object(client_task, "say", create=True) as say:
            failed._on_fault()
        link.close.assert_called_once_with()
        self.assertEqual(ended, [failed])
        say.assert_called_once()
        self.assertIn("ValueError: cannot stop", say.call_args[0][1])


if __name__ == "__main__":
    unittest.main()
