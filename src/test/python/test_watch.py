"""A watch over a run that does not let itself be looked at ends the run."""

from __future__ import annotations

import os
import threading
import unittest
from typing import Callable, List, Optional
from unittest import mock

from sandbox import config, loop, report, scratch, watch


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

    def watch(self, usage: Callable[[], Optional[scratch.Usage]], patience: float = 0.05) -> None:
        slot = Slot(usage)
        self.addCleanup(os.close, slot.report)

        def on_passed(limit: str) -> None:
            self.passed.append(limit)
            self.events.stop()

        self.events.later(60.0, self.events.stop)
        with mock.patch.object(watch, "say"), mock.patch.object(watch, "LOOK_SECONDS", patience):
            watcher = watch.Watcher(self.events, slot, self.settings, 10, on_passed, interval=0.001)  # type: ignore[arg-type]
            self.events.run()
            watcher.stop()

    def test_looks_that_fail_end_the_run(self) -> None:
        self.watch(lambda: 1 // 0, patience=20.0)
        self.assertEqual(self.passed, ["unwatched"])

    def test_looks_that_do_not_come_back_end_the_run(self) -> None:
        ended = threading.Event()
        self.addCleanup(ended.set)
        self.watch(lambda: ended.wait(60.0) and None)
        self.assertEqual(self.passed, ["unwatched"])

    def test_look_that_comes_back_too_late_says_nothing(self) -> None:
        looks: List[int] = []
        others = threading.Event()

        def usage() -> Optional[scratch.Usage]:
            looks.append(1)
            if len(looks) == 1:
                others.wait(60.0)
                return scratch.TOO_MUCH
            if len(looks) == 2:
                others.set()
            if len(looks) == 6:
                self.events.stop()
            return None

        self.watch(usage, patience=0.5)
        self.assertEqual(self.passed, [])
        self.assertGreaterEqual(len(looks), 6)

    def test_one_limit_is_told_once(self) -> None:
        self.watch(lambda: scratch.TOO_MUCH, patience=20.0)
        self.assertEqual(self.passed, ["disk"])


if __name__ == "__main__":
    unittest.main()
