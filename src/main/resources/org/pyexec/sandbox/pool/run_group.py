"""The control group of a slot: taken when it is made, limited when its run begins, given back when all of it has gone."""

from __future__ import annotations

from typing import Callable, Optional

from ..events import loop
from ..kernel import cgroups
from ..kernel.group import Group
from ..policy import config


class RunGroup:
    """`events` are the slot's, so that a fault is the slot's as well."""

    def __init__(self, events: loop.Loop, groups: cgroups.NoGroups) -> None:
        self._events = events
        self._groups = groups
        self.taken: Optional[Group] = None
        self._is_limiting = False
        self._is_wanted = True
        self._is_reusable = True

    def take(self) -> None:
        """Raises OSError."""
        self.taken = self._groups.take()

    def is_out_of_memory(self) -> bool:
        """Whether the kernel has killed one of its processes for that."""
        return self.taken is not None and self.taken.is_out_of_memory()

    def limit_memory(self, limits: config.Config, then: Callable[[Optional[Exception]], None]) -> None:
        """Of the run as a whole, where there are control groups; `then` gets what went wrong. How long it takes is up to the kernel."""
        size = cgroups.of_a_run(limits)
        if self.taken is None or not self.taken.has_more_than(size):
            then(None)
            return
        limited = self.taken

        def on_limited(problem: Optional[Exception]) -> None:
            self._is_limiting = False
            if not self._is_wanted:
                self._give_back()
            then(problem)

        self._is_limiting = True
        try:
            self._events.aside(lambda: limited.limit(size), on_limited)
        except Exception as e:  # no thread just now, or no descriptor
            on_limited(e)

    def leave(self, is_reusable: bool) -> None:
        """Gives it back, unless somebody is in it; as soon as its limit is not being changed any more."""
        if self._is_wanted:
            self._is_wanted = False
            self._is_reusable = is_reusable
            if not self._is_limiting:
                self._give_back()

    def _give_back(self) -> None:
        if self.taken is not None and self._is_reusable:
            self._groups.give_back(self.taken, self._events.aside)
