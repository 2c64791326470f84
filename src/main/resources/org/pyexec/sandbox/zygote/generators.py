"""Random generators that libraries make when they are imported: children of a zygote must not have one state in common.

`random` itself is reseeded by Python at every fork, numpy's global one in child.py. Others are generators of a module's own,
such as those of sympy; one that its module has given a seed stays as it is.
"""

from __future__ import annotations

import contextlib
import random
import weakref
from typing import Any, Iterator, List

_made: "List[weakref.ref[random.Random]]" = []


@contextlib.contextmanager
def watched() -> Iterator[None]:
    """In a zygote: what is made meanwhile without a seed is reseeded in each child."""
    usual = random.Random.__init__

    def begin(self: random.Random, x: Any = None) -> None:
        usual(self, x)
        if x is None:
            _made.append(weakref.ref(self))

    kind: Any = random.Random
    kind.__init__ = begin
    try:
        yield
    finally:
        kind.__init__ = usual


def reseed() -> None:
    """In a child."""
    for reference in _made:
        generator = reference()
        if generator is not None:
            generator.seed()
