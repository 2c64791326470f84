"""Which of the kernel's Landlock is used."""

from __future__ import annotations

import sys
import unittest

from sandbox.kernel import landlock


class VersionTest(unittest.TestCase):
    def test_no_later_one_is_used_than_was_said(self) -> None:
        self.addCleanup(landlock.use_at_most, sys.maxsize)
        kernels = landlock.version()
        for abi in range(8):
            landlock.use_at_most(abi)
            self.assertEqual(landlock.version(), min(abi, kernels))

    def test_denials_are_kept_out_of_the_audit_log_where_the_kernel_can(self) -> None:
        self.assertEqual([landlock.quietly(abi) for abi in (1, 6, 7, 8)], [0, 0, 1, 1])


if __name__ == "__main__":
    unittest.main()
