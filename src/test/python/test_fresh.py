"""What a program takes along into an interpreter of its own."""

from __future__ import annotations

import gc
import os
import unittest
from typing import Any
from unittest import mock

from sandbox.program import main_module, program
from sandbox.wire import notes
from sandbox.zygote import confinement, fresh


class LuggageTest(unittest.TestCase):
    def setUp(self) -> None:
        self.luggage = fresh.Luggage({}, frozenset(), mock.Mock(spec=confinement.Confinement, second_filter=None, sizes=(1, 2)))
        work = mock.patch.object(main_module, "work", lambda: "/tmp")
        work.start()
        self.addCleanup(work.stop)

    def leave(self) -> str:
        with mock.patch.object(os, "execve", side_effect=AssertionError("it goes")):
            return self.luggage.leave({"fields": {}}, [])

    def test_where_there_is_no_room_nothing_is_kept_open(self) -> None:
        gc.collect()  # what other tests have left
        before = set(os.listdir("/proc/self/fd"))
        for failure, words in ((OSError(28, "No space left on device"), "No space"), (MemoryError(), "Cannot allocate")):

            def write(*_: Any, failure: BaseException = failure) -> int:
                raise failure

            with mock.patch.object(os, "write", write):
                self.assertIn(words, self.leave())
            self.assertLessEqual(set(os.listdir("/proc/self/fd")), before)

    def test_what_would_have_no_effect_is_no_reason(self) -> None:
        fields = [("env", b"PYTHONPERFSUPPORT=1")]
        self.assertEqual(self.luggage.reasons(fields), ["Run in a fresh interpreter because PYTHONPERFSUPPORT was given."])
        strict = fresh.Luggage({}, frozenset(), mock.Mock(spec=confinement.Confinement, second_filter=mock.sentinel.filter))
        told = notes.Told()
        with mock.patch.object(program, "notes", told):
            self.assertEqual(strict.reasons(fields), [])
            self.assertEqual(told.take(), {"notes": b"Without effect in this tier: PYTHONPERFSUPPORT."})
            both = strict.reasons([*fields, ("env", b"PYTHONNODEBUGRANGES=1")])
            self.assertEqual(told.take(), {})  # it would not be taken along
        started = "Run in a fresh interpreter because PYTHONNODEBUGRANGES was given."
        self.assertEqual(both, [started, "Without effect in this tier: PYTHONPERFSUPPORT."])


if __name__ == "__main__":
    unittest.main()
