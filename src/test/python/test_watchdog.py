"""Programs that hold up the supervisor's thread inside the kernel."""

from __future__ import annotations

import threading
import unittest
from typing import List
from unittest import mock

from sandbox.events import loop, watchdog


class WatchdogTest(unittest.TestCase):
    def setUp(self) -> None:
        self.events = loop.Loop()
        self.waits = True
        self.dog = watchdog.Watchdog(self.events)
        patched = mock.patch.object(self.dog, "_is_waiting", lambda: self.waits)
        patched.start()
        self.addCleanup(patched.stop)
        self.told: List[float] = []
        self.owned = self.events.guarded(lambda: None, self.told.append)

    def test_owner_of_the_handler_that_waits_is_told_for_how_long(self) -> None:
        def stuck() -> None:
            with mock.patch("time.monotonic", side_effect=[10.0, 10.5, 11.0]):
                for _ in range(3):
                    self.dog.look()

        self.owned.call(stuck)
        self.assertEqual(self.told, [0.5, 1.0])
        self.dog.look()  # nobody is at it any more
        self.assertEqual(self.told, [0.5, 1.0])

    def test_innermost_owner_is_told(self) -> None:
        outer: List[float] = []
        self.events.guarded(lambda: None, outer.append).call(lambda: self.owned.call(lambda: (self.dog.look(), self.dog.look())))
        self.assertEqual((len(self.told), outer), (1, []))

    def test_nobody_is_blamed_for_a_busy_machine(self) -> None:
        def slow() -> None:
            self.dog.look()
            self.waits = False
            self.dog.look()
            self.waits = True
            self.dog.look()

        self.owned.call(slow)
        self.assertEqual(self.told, [])

    def test_fault_of_an_owner_does_not_end_the_watch(self) -> None:
        looks = mock.Mock(side_effect=[ValueError("a fault"), None, SystemExit])
        with mock.patch.object(self.dog, "look", looks), mock.patch("traceback.print_exc") as printed:
            with self.assertRaises(SystemExit):
                self.dog._watch()
        printed.assert_called_once_with()
        self.assertEqual(looks.call_count, 3)

    def test_supervisor_does_not_go_on_without_a_watchdog(self) -> None:
        looks = mock.Mock(side_effect=ValueError("a fault"))
        with mock.patch.object(self.dog, "look", looks), mock.patch("traceback.print_exc"), mock.patch("time.sleep"):
            with mock.patch("os._exit", side_effect=SystemExit) as ended, self.assertRaises(SystemExit):
                self.dog._watch()
        ended.assert_called_once_with(1)
        self.assertEqual(looks.call_count, watchdog.FAILURES)

    def test_two_handlers_in_a_row_are_two(self) -> None:
        for _ in range(3):
            self.owned.call(self.dog.look)
        self.assertEqual(self.told, [])

    def test_state_is_that_of_the_thread_which_runs_the_loop(self) -> None:
        dog = watchdog.Watchdog(self.events)
        found: List[bool] = []
        other = threading.Thread(target=lambda: found.append(dog._is_waiting()))
        other.start()
        other.join()
        self.assertEqual(found, [False])  # it waits for the other one, but in a way that a signal ends


if __name__ == "__main__":
    unittest.main()
