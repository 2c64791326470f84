"""Terminals count as processors."""

from __future__ import annotations

import os
import unittest
from unittest import mock

from sandbox.kernel import terminals


class TerminalsTest(unittest.TestCase):
    def test_each_counts_for_as_long_as_it_is_there(self) -> None:
        watched = terminals.Terminals()
        looks = ((["ptmx"], 0.0), (["ptmx", "0", "1"], 1.0), (["ptmx", "1"], 1.5), (["ptmx"], 1.5))
        for names, seconds in looks:
            with mock.patch.object(os, "listdir", return_value=names) as listed:
                self.assertEqual(watched.seconds(17, 0.5), seconds)
            listed.assert_called_once_with("/proc/17/root/dev/pts")

    def test_cell_that_is_gone_has_none_more_and_other_failures_are_told(self) -> None:
        watched = terminals.Terminals()
        with mock.patch.object(os, "listdir", side_effect=ProcessLookupError):
            self.assertEqual(watched.seconds(17, 0.5), 0.0)
        with mock.patch.object(os, "listdir", side_effect=PermissionError), self.assertRaises(OSError):
            watched.seconds(17, 0.5)


if __name__ == "__main__":
    unittest.main()
