"""Random generators of modules that a zygote has imported."""

from __future__ import annotations

import os
import random
import unittest
from typing import List

from sandbox.zygote import generators


def in_child(*made: random.Random) -> List[float]:
    """The next numbers of a process that has been forked off."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        generators.reseed()
        os.write(theirs, " ".join(str(each.random()) for each in made).encode())
        os._exit(0)
    os.close(theirs)
    with open(ours, "rb") as told:
        numbers = [float(word) for word in told.read().split()]
    os.waitpid(pid, 0)
    return numbers


class GeneratorsTest(unittest.TestCase):
    def test_those_without_a_seed_differ_in_each_child_and_the_others_do_not(self) -> None:
        with generators.watched():
            without, seeded = random.Random(), random.Random(7)
        later = random.Random()
        first, second = (in_child(without, seeded, later) for _ in range(2))
        self.assertNotEqual(first[0], second[0])
        self.assertEqual(first[1:], second[1:])
        self.assertEqual(first[1], random.Random(7).random())

    def test_generator_that_is_gone_is_forgotten(self) -> None:
        with generators.watched():
            random.Random()
        generators.reseed()
        self.assertNotIn(None, [type(each()) for each in generators._made if each() is not None])


if __name__ == "__main__":
    unittest.main()
