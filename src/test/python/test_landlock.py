"""Which of the kernel's Landlock is used."""

from __future__ import annotations

import sys
import unittest

from sandbox import landlock


class VersionTest(unittest.TestCase):
    def test_no_later_one_is_used_than_was_said(self) -> None:
        self.addCleanup(landlock.use_at_most, sys.maxsize)
        kernels = landlock.version()
        for abi in range(8):
            landlock.use_at_most(abi)
            self.assertEqual(landlock.version(), min(abi, kernels))


if __name__ == "__main__":
    unittest.main()
