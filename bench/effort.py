"""How often and how long measure.py measures."""

from __future__ import annotations

from typing import Dict, NamedTuple


class Effort(NamedTuple):
    starts: int
    warm_seconds: float
    rounds: Dict[str, int]
    blocks: int  # of processor time
    passes: int  # over all numbers of clients
    print_seconds: float  # in each pass, per contestant and number of clients
    pandas_seconds: float


FULL = Effort(
    starts=3,
    warm_seconds=10,
    rounds={"print": 300, "first output": 100, "in a session": 300, "numpy and pandas": 40, "figure": 25, "5 MB file": 40, "upload": 15},
    blocks=15,
    passes=2,
    print_seconds=2,
    pandas_seconds=5,
)
QUICK = Effort(
    starts=1,
    warm_seconds=2,
    rounds={"print": 30, "first output": 10, "in a session": 30, "numpy and pandas": 4, "figure": 3, "5 MB file": 5, "upload": 3},
    blocks=3,
    passes=1,
    print_seconds=0.6,
    pandas_seconds=2,
)
SMOKE = Effort(
    starts=1,
    warm_seconds=0.5,
    rounds={"print": 5, "first output": 2, "in a session": 5, "numpy and pandas": 2, "figure": 1, "5 MB file": 2, "upload": 1},
    blocks=1,
    passes=1,
    print_seconds=0.2,
    pandas_seconds=0.5,
)
EFFORTS = {"full": FULL, "quick": QUICK, "smoke": SMOKE}
