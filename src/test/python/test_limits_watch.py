"""A watch over a run that does not let itself be looked at ends the run."""

from __future__ import annotations

import os
import threading
import time
import unittest
from typing import Callable, List, Optional, cast
from unittest import mock

from sandbox.events import loop
from sandbox.policy import config, policy
from sandbox.pool import scratch, slot
from sandbox.runs import limits_watch
from sandbox.wire import report


class Cell:
    has_network = False
    pidfd = -1

    def __init__(self, usage: Callable[[], Optional[scratch.Usage]]) -> None:
        self._usage = usage

    def helpers(self) -> List[int]:
        return []

    def usage(self, pids: List[int]) -> Optional[scratch.Usage]:
        return self._usage()


class Slot:
    child = -1
    group = None

    def __init__(self, usage: Callable[[], Optional[scratch.Usage]]) -> None:
        self.cell = Cell(usage)
        self.report = report.create()

    def is_out_of_memory(self) -> bool:
        return False


class WatcherTest(unittest.TestCase):
    def setUp(self) -> None:
        self.events = loop.Loop()
        self.passed: List[str] = []
        self.settings = config.parse(
            ["folder=/", "tier=none", "preload=", "memory-mb=512", "processes=64", "disk-mb=64", "output-bytes=1"]
        )

    def watcher(
        self,
        events: loop.Loop,
        usage: Callable[[], Optional[scratch.Usage]],
        on_passed: Callable[[str], None],
        interval: float = 0.001,
    ) -> limits_watch.Watcher:
        watched = Slot(usage)
        self.addCleanup(os.close, watched.report)
        return limits_watch.Watcher(events, cast(slot.Slot, watched), self.settings, 10, on_passed, interval)

    def watch(self, usage: Callable[[], Optional[scratch.Usage]], patience: float = 0.05) -> None:
        def on_passed(limit: str) -> None:
            self.passed.append(limit)
            self.events.stop()

        self.events.later(60.0, self.events.stop)
        with mock.patch.object(limits_watch, "say"), mock.patch.object(limits_watch, "LOOK_SECONDS", patience):
            watcher = self.watcher(self.events, usage, on_passed)
            self.events.run()
            watcher.stop()

    def test_looks_come_more_rarely_while_others_are_under_way_and_at_least_once_a_second(self) -> None:
        nothing = limits_watch.Seen(0, 0.0, None, 0.0, False, "")
        for under_way, least, most in ((0, 0.5, 0.9), (1, 1.0, 1.0), (50, 1.0, 1.0)):
            watcher = self.watcher(self.events, lambda: None, self.passed.append)
            watcher.stop()
            with mock.patch.object(limits_watch.Watcher, "_under_way", under_way), mock.patch.object(watcher, "_look_in") as next_look:
                with mock.patch.object(time, "monotonic", return_value=100.1):
                    watcher._on_seen(nothing, 100.0)
            self.assertGreaterEqual(next_look.call_args[0][0], least - 0.01)
            self.assertLessEqual(next_look.call_args[0][0], most)

    def test_looks_under_way_are_counted_until_they_come_back(self) -> None:
        before = limits_watch.Watcher._under_way
        with mock.patch.object(loop.Loop, "aside", side_effect=RuntimeError("no thread")):
            self.watch(lambda: None, patience=20.0)
        self.assertEqual(limits_watch.Watcher._under_way, before)
        self.watch(lambda: 1 // 0, patience=20.0)
        self.assertEqual(limits_watch.Watcher._under_way, before)

    def test_looks_that_fail_end_the_run(self) -> None:
        self.watch(lambda: 1 // 0, patience=20.0)
        self.assertEqual(self.passed, ["unwatched"])

    def test_looks_that_do_not_come_back_end_the_run(self) -> None:
        ended = threading.Event()
        self.addCleanup(ended.set)
        self.watch(lambda: ended.wait(60.0) and None)
        self.assertEqual(self.passed, ["unwatched"])

    def test_look_that_comes_back_too_late_says_nothing(self) -> None:
        late = threading.Event()

        def usage() -> Optional[scratch.Usage]:
            late.wait(60.0)
            return scratch.TOO_MUCH

        def on_passed(limit: str) -> None:
            self.passed.append(limit)
            late.set()
            self.events.later(0.2, self.events.stop)

        with mock.patch.object(limits_watch, "say"), mock.patch.object(limits_watch, "LOOK_SECONDS", 0.05):
            watcher = self.watcher(self.events, usage, on_passed)
            self.events.run()
            watcher.stop()
        self.assertEqual(self.passed, ["unwatched"])

    def test_other_limits_do_not_put_a_look_off(self) -> None:
        for interval, then in ((60.0, 0.001), (0.05, 60.0)):
            with self.subTest(interval=interval, then=then):
                events = loop.Loop()
                looks: List[int] = []

                def usage(looks: List[int] = looks) -> Optional[scratch.Usage]:
                    looks.append(1)
                    return scratch.TOO_MUCH

                told: List[str] = []

                def on_passed(limit: str, told: List[str] = told, events: loop.Loop = events) -> None:
                    told.append(limit)
                    events.stop()

                watcher = self.watcher(events, usage, told.append, interval)
                for _ in range(20):
                    watcher.aim(self.settings, 10, on_passed, then)
                events.later(30.0, events.stop)
                events.run()
                watcher.stop()
                self.assertEqual((told, looks), (["disk"], [1]))

    def test_look_that_is_going_on_counts_for_the_limits_of_its_end(self) -> None:
        begun, go_on = threading.Event(), threading.Event()

        def usage() -> Optional[scratch.Usage]:
            begun.set()
            go_on.wait(60.0)
            return scratch.TOO_MUCH

        told: List[str] = []
        watcher = self.watcher(self.events, usage, lambda _: told.append("old"))

        def on_passed(limit: str) -> None:
            told.append(limit)
            self.events.stop()

        def change() -> None:
            if begun.is_set():
                watcher.aim(self.settings, 10, on_passed)
                go_on.set()
            else:
                self.events.later(0.01, change)

        change()
        self.events.later(30.0, self.events.stop)
        self.events.run()
        watcher.stop()
        self.assertEqual(told, ["disk"])

    def passed_by(self, processor: int = 10, **changed: object) -> str:
        """By a look at a run that is within its limits otherwise."""
        watcher = self.watcher(self.events, lambda: None, self.passed.append)
        watcher.stop()
        watcher._cpu_limit = processor
        seen = limits_watch.Seen(1, 0.0, scratch.Usage(0, 0), 0.0, False, "")
        return watcher._passed(seen._replace(**changed))

    def test_limits_are_passed_above_them_and_not_at_them(self) -> None:
        settings = self.settings
        most = settings.memory + policy.LAST_WORDS_BYTES
        for field, at, above, limit in (
            ("threads", 64, 65, "processes"),
            ("usage", scratch.Usage(settings.disk, 3), scratch.Usage(settings.disk + 1, 3), "disk"),
            ("usage", scratch.Usage(0, policy.SCRATCH_INODES), scratch.Usage(0, policy.SCRATCH_INODES + 1), "disk"),
            ("memory", most, most + 1, "memory"),
            ("is_crowded", False, True, "sessions"),
            ("held", "", "handles", "handles"),
        ):
            self.assertEqual((self.passed_by(**{field: at}), self.passed_by(**{field: above})), ("", limit), field)
        self.assertEqual(self.passed_by(threads=65, usage=None), "", "it was not to be seen how many there are")

    def test_processor_time_before_the_limits_were_changed_does_not_count(self) -> None:
        watcher = self.watcher(self.events, lambda: None, self.passed.append)
        watcher.stop()
        seen = limits_watch.Seen(1, 10.0, scratch.Usage(0, 0), 0.0, False, "")
        self.assertEqual(watcher._passed(seen), "")
        self.assertEqual(watcher._passed(seen._replace(cpu=10.1)), "cpu")
        watcher.aim(self.settings, 2, self.passed.append)
        watcher.stop()
        for cpu, limit in ((10.1, ""), (12.1, ""), (12.2, "cpu")):
            self.assertEqual(watcher._passed(seen._replace(cpu=cpu)), limit, cpu)

    def test_one_limit_is_told_once(self) -> None:
        self.watch(lambda: scratch.TOO_MUCH, patience=20.0)
        self.assertEqual(self.passed, ["disk"])


if __name__ == "__main__":
    unittest.main()
