"""What a parked child does for itself alone."""

from __future__ import annotations

import os
import unittest
from typing import List, Set
from unittest import mock

from sandbox.zygote import child


def _taken(usable: List[int], most: int) -> List[Set[int]]:
    """By each call."""
    with mock.patch.object(os, "sched_setaffinity") as call:
        child._take_processors(usable, most)
    return [set(each.args[1]) for each in call.call_args_list if each.args[0] == 0]


class ProcessorsTest(unittest.TestCase):
    def test_few_are_left_as_they_are(self) -> None:
        self.assertEqual(_taken([0, 1, 2, 5], 4), [])

    def test_of_many_each_child_takes_some(self) -> None:
        usable = list(range(2, 98))
        chosen = [_taken(usable, 32) for _ in range(20)]
        self.assertEqual({len(each[0]) for each in chosen}, {32})
        self.assertTrue(all(each[0] <= set(usable) for each in chosen))
        self.assertGreater(len(set.union(*(each[0] for each in chosen))), 32)


if __name__ == "__main__":
    unittest.main()
