"""Which limit was behind an exception is measured."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import unittest
from typing import Callable
from unittest import mock

from sandbox.program.execution import causes


def raised_by(action: Callable[[], object]) -> BaseException:
    try:
        action()
    except BaseException as e:
        return e
    raise AssertionError("nothing was raised")


def _raise(e: BaseException) -> None:
    raise e


class CausesTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = folder.name

    def behind(self, action: Callable[[], object]) -> str:
        return causes.limit_behind(raised_by(action), self.work)

    def test_an_allocation_that_fails_is_about_memory(self) -> None:
        self.assertEqual(self.behind(lambda: bytearray(1 << 60)), "memory")

    def test_exceptions_that_programs_raise_are_about_nothing(self) -> None:
        for e in (
            MemoryError("mine"),
            OSError(errno.ENOSPC, "mine"),
            OSError(errno.ENOMEM, "mine"),
            OSError(errno.EAGAIN, "mine, and a fork"),
            RuntimeError("can't start new thread"),
        ):
            self.assertEqual(self.behind(lambda e=e: _raise(e)), "", e)

    def test_the_stack_of_the_parser_is_not_the_memory(self) -> None:
        e = raised_by(lambda: eval("-" * 100_000 + "1"))
        if isinstance(e, MemoryError):  # later versions have no such limit
            self.assertEqual(causes.limit_behind(e, self.work), "")

    def test_a_full_device_is_the_disk_only_where_the_disk_is_full(self) -> None:
        def fill() -> None:
            with open("/dev/full", "w", encoding="ascii") as file:
                file.write("x")

        real = os.statvfs(self.work)
        full = mock.Mock(f_bavail=0, f_frsize=4096, f_files=1, f_favail=1)
        roomy = mock.Mock(f_bavail=1 << 30, f_frsize=4096, f_files=real.f_files, f_favail=real.f_favail or 1)
        for status, limit in ((full, "disk"), (roomy, "")):
            with mock.patch.object(os, "statvfs", return_value=status):
                self.assertEqual(self.behind(fill), limit)

    def test_memory_that_went_to_stacks_of_many_threads_is_about_processes(self) -> None:
        wait = "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
        full = "kept = []\nwhile True: kept.append(bytearray(1 << 20))"
        start = "import threading\nthreading.stack_size(1 << 30)\nthreading.Thread(target=print).start()"
        for program, limit in ((wait, "processes"), (full, "memory"), (start, "memory")):
            harness = (
                "import os, resource\nfrom sandbox.program.execution import causes\n"
                "resource.setrlimit(resource.RLIMIT_DATA, (256 << 20, 256 << 20))\n"
                f"try: exec({program!r})\n"
                "except BaseException as e: os.write(1, causes.limit_behind(e, '/').encode()); os._exit(0)"
            )
            ended = subprocess.run([sys.executable, "-c", harness], capture_output=True, text=True, timeout=60)
            self.assertEqual(ended.stdout, limit, program + ended.stderr)

    def test_what_the_program_has_lowered_itself_is_no_limit_of_the_servers(self) -> None:
        memory = "resource.setrlimit(resource.RLIMIT_AS, (1 << 20, 1 << 20)); bytearray(1 << 24)"
        data = "resource.setrlimit(resource.RLIMIT_DATA, (1 << 20, 1 << 40)); bytearray(1 << 30)"
        files = "resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))\nkept = []\nwhile True: kept.append(open('/dev/null'))"
        size = "resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))\nos.truncate(tempfile.mkstemp()[0], 4096)"
        for program in (memory, data, files, size):
            harness = (
                "import os, resource, signal, tempfile\nfrom sandbox.program.execution import causes\n"
                "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\n"
                "resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 40))\n"
                "causes.remember_limits()\n"
                f"try: exec({program!r})\n"
                "except BaseException as e: os.write(1, (type(e).__name__ + causes.limit_behind(e, '/')).encode()); os._exit(0)"
            )
            ended = subprocess.run([sys.executable, "-c", harness], capture_output=True, text=True, timeout=60)
            self.assertIn(ended.stdout, ("MemoryError", "OSError"), program + ended.stderr)

    def test_the_cause_of_an_exception_counts(self) -> None:
        def chained() -> None:
            try:
                bytearray(1 << 60)
            except MemoryError as e:
                raise ValueError("too much") from e

        self.assertEqual(self.behind(chained), "memory")


if __name__ == "__main__":
    unittest.main()
