"""What is left of a run in whose handling something has failed."""

from __future__ import annotations

import unittest
from typing import List
from unittest import mock

from sandbox import guest, loop


class Guest(guest.Guest):
    def _stop(self) -> None:
        raise ValueError("cannot stop")


class FaultTest(unittest.TestCase):
    def test_every_step_of_the_end_is_taken_and_those_that_fail_are_logged(self) -> None:
        ended: List[guest.Guest] = []
        link = mock.Mock()
        failed = Guest(loop.Loop(), link, mock.Mock(), mock.Mock(), ended.append)
        with mock.patch.object(guest, "say", create=True) as say:
            failed._on_fault()
        link.close.assert_called_once_with()
        self.assertEqual(ended, [failed])
        say.assert_called_once()
        self.assertIn("ValueError: cannot stop", say.call_args[0][1])


if __name__ == "__main__":
    unittest.main()
