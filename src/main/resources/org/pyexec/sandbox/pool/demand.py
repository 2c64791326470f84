"""How many children of a zygote are kept parked: one more where too few were, one less where so many were not needed."""

from __future__ import annotations

FEWEST_PARKED = 2
MOST_PARKED = 8


class Demand:
    def __init__(self) -> None:
        self.target = FEWEST_PARKED
        self._fewest_seen = FEWEST_PARKED  # parked at once, since the last look

    def is_one_more(self, parked: int) -> None:
        """A run wants a child while so many are parked."""
        self._fewest_seen = min(self._fewest_seen, parked - 1)
        if not parked:
            self.target = min(self.target + 1, MOST_PARKED)

    def calm_down(self, parked: int) -> bool:
        """Whether one of those that are parked is too many, now and then."""
        is_calm = self._fewest_seen > 0 and self.target > FEWEST_PARKED
        self.look(parked)
        if is_calm:
            self.target -= 1
        return is_calm and parked > self.target

    def look(self, parked: int) -> None:
        self._fewest_seen = parked
