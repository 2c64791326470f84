"""Commands of ours that work for one run: bounded in time and bytes, weak, and counted with the run."""

from __future__ import annotations

import mmap
import gc
import os
import select
import signal
import sys
import time
import unittest
from typing import List
from unittest import mock

from sandbox.events import loop
from sandbox.kernel import isolation
from sandbox.policy import policy
from sandbox.pool import helper, interface, network
from sandbox.runs import limits_watch
from sandbox.wire import report


def nothing() -> None:
    """As little to do as there can be."""


class JobTest(unittest.TestCase):
    def setUp(self) -> None:
        self.events = loop.Loop()
        self.answers: List[bytes] = []
        # As the supervisor does, whose jobs must not depend on who waits for them.
        usual = signal.signal(signal.SIGCHLD, lambda *_: self.reap())
        self.addCleanup(signal.signal, signal.SIGCHLD, usual)

    def reap(self) -> None:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass

    def answer(self, command: List[str], stdin: bytes = b"", seconds: float = 30) -> bytes:
        def on_answer(text: bytes) -> None:
            self.answers.append(text)
            self.events.stop()

        gc.collect()  # what other tests have left
        before = len(os.listdir("/proc/self/fd"))
        helper.Job(self.events, command, nothing, on_answer, stdin, seconds)
        self.events.run()
        self.assertEqual(len(self.answers), 1)
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)
        return self.answers[0]

    def test_what_it_is_asked_comes_in_and_what_it_says_comes_out(self) -> None:
        asked = b"word" * 100_000  # more than a pipe holds
        self.assertEqual(self.answer(["/usr/bin/tail", "-c", "8"], asked), b"wordword")

    def test_one_that_hangs_is_ended_and_has_said_nothing(self) -> None:
        began = time.monotonic()
        self.assertEqual(self.answer(["/bin/sleep", "60"], seconds=0.2), b"")
        self.assertLess(time.monotonic() - began, 30)

    def test_one_that_says_too_much_is_ended_and_has_said_nothing(self) -> None:
        self.assertEqual(self.answer(["/bin/cat", "/dev/zero"]), b"")

    def test_one_that_cannot_be_started_has_said_nothing(self) -> None:
        self.assertEqual(self.answer(["/nonexistent/command"]), b"")

    def test_one_that_is_ended_is_not_there_any_more(self) -> None:
        helped = helper.Helper(["/bin/sleep", "60"], nothing)
        pid = helped.pid
        helped.kill()
        deadline = time.monotonic() + 30
        while os.path.exists(f"/proc/{pid}") and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertFalse(os.path.exists(f"/proc/{pid}"))


class LifeTest(unittest.TestCase):
    def test_it_ends_with_its_supervisor_however_that_ends(self) -> None:
        reader, writer = os.pipe()
        supervisor = os.fork()
        if supervisor == 0:
            helped = helper.Helper(["/bin/sleep", "60"], isolation.leave_root)
            os.write(writer, str(helped.pid).encode())
            time.sleep(60)
            os._exit(0)
        pid = int(os.read(reader, 16))
        ended = os.pidfd_open(pid)
        for descriptor in (reader, writer):
            os.close(descriptor)
        deadline = time.monotonic() + 60
        with open(f"/proc/{pid}/comm", encoding="utf-8") as name:  # it is itself once the rest is done
            while name.read() != "sleep\n" and time.monotonic() < deadline:
                name.seek(0)
        os.kill(supervisor, signal.SIGKILL)
        os.waitpid(supervisor, 0)
        self.assertTrue(select.select([ended], [], [], 30)[0])
        os.close(ended)


class RightsTest(unittest.TestCase):
    """Of what is started for an interface, whatever it is."""

    def setUp(self) -> None:
        with mock.patch.object(interface, "_make_device"):
            self.helper = helper.Helper(["/bin/sleep", "60"], lambda: interface._confine([]), limits=policy.HELPER_LIMITS)
        self.addCleanup(os.waitpid, self.helper.pid, 0)
        self.addCleanup(self.helper.kill)
        deadline = time.monotonic() + 60
        while self.read("comm") != "sleep\n" and time.monotonic() < deadline:
            time.sleep(0.01)

    def read(self, name: str) -> str:
        with open(f"/proc/{self.helper.pid}/{name}", encoding="utf-8") as file:
            return file.read()

    def test_it_gains_none_and_goes_first(self) -> None:
        status = self.read("status")
        self.assertIn("NoNewPrivs:\t1", status)
        self.assertIn("CapEff:\t0000000000000000", status)
        fields = self.read("stat").rpartition(")")[2].split()
        self.assertEqual(fields[16], str(policy.PROGRAM_NICE))
        self.assertEqual(fields[3], str(self.helper.pid))  # its session
        self.assertEqual(self.read("oom_score_adj").strip(), str(policy.OOM_SCORE_ADJ))
        self.assertRegex(self.read("limits"), "Max open files +1024 +1024 ")


class LimitsTest(unittest.TestCase):
    def test_supervisor_with_more_addresses_than_the_command_may_have_starts_it(self) -> None:
        with mmap.mmap(-1, 2 * policy.HELPER_LIMITS["RLIMIT_AS"]), mock.patch.object(interface, "_make_device"):
            started = helper.Helper(["/bin/true"], lambda: interface._confine([]), limits=policy.HELPER_LIMITS)
            _, status = os.waitpid(started.pid, 0)
            started.kill()
        self.assertEqual(status, 0)


class FilesTest(unittest.TestCase):
    def test_it_reads_nothing_but_the_system(self) -> None:
        folder = os.path.dirname(os.path.abspath(__file__))  # everybody may read it
        for path, readable in ((__file__, False), ("/etc/passwd", True)):
            with mock.patch.object(interface, "_make_device"), mock.patch.object(isolation, "leave_root"):
                tried = helper.Helper(["/bin/cat", path], lambda: interface._confine([]))
            _, status = os.waitpid(tried.pid, 0)
            tried.kill()
            self.assertEqual(status == 0, readable, (path, folder))


class CountedTest(unittest.TestCase):
    def test_its_processor_time_is_the_runs(self) -> None:
        spinning = helper.Helper([sys.executable, "-I", "-S", "-c", "while True: pass"], nothing)
        cell = mock.Mock(pidfd=-1, has_network=False)
        cell.helpers.return_value = [spinning.pidfd]
        cell.usage.return_value = None
        slot = mock.Mock(child=-1, cell=cell, group=None, report=report.create())
        self.addCleanup(os.close, slot.report)
        slot.is_out_of_memory.return_value = False
        events = loop.Loop()
        passed: List[str] = []

        def on_passed(limit: str) -> None:
            passed.append(limit)
            events.stop()

        events.later(300, events.stop)
        settings = mock.Mock(memory=1 << 30, processes=64, disk=1 << 20)
        limits_watch.Watcher(events, slot, settings, 1, on_passed)
        events.run()
        spinning.kill()
        os.waitpid(spinning.pid, 0)
        self.assertEqual(passed, ["cpu"])


class RulesTest(unittest.TestCase):
    def test_what_is_denied_comes_before_what_is_allowed(self) -> None:
        rules = network.rules(["198.51.100.0/24"], ["198.51.100.7"])
        self.assertLess(rules.index("198.51.100.7/32"), rules.index("198.51.100.0/24"))
        self.assertLess(rules.index("198.51.100.0/24"), rules.index("169.254.0.0/16"))

    def test_ranges_inside_others_are_listed_once(self) -> None:
        rules = network.rules(["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3"], ["192.0.2.9", "192.0.2.9/24"])
        self.assertIn("ip daddr { 10.0.0.0/8 } accept", rules)
        self.assertIn("ip daddr { 192.0.2.0/24 } reject", rules)


if __name__ == "__main__":
    unittest.main()
