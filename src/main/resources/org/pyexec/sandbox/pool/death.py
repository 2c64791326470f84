"""What is done where processes of a run that have been killed do not end, or the zygote does not tell that they have."""

from __future__ import annotations

from typing import Callable, List, Optional

from ..events import loop
from ..events.log import say

DEATH_SECONDS = 10.0  # from SIGKILL to the end of the last process, on the busiest machine
WORD_SECONDS = 20.0  # from the end of a process to the zygote's word about it


class Death:
    """Of one slot; `events` are the slot's, `name` is that of its image."""

    def __init__(self, events: loop.Loop, name: str) -> None:
        self._events = events
        self._name = name
        self._overdue: Optional[loop.Timer] = None

    def await_end(self, is_over: Callable[[], bool], remedies: List[Callable[[], None]]) -> None:
        """One remedy after another is tried while there are processes that have been killed and do not end."""
        if self._overdue is None:
            self._await(is_over, remedies)

    def _await(self, is_over: Callable[[], bool], remedies: List[Callable[[], None]]) -> None:
        def on_overdue() -> None:
            if not is_over():
                say("log", f"image {self._name}: processes of a run were killed and do not end")
                self._await(is_over, remedies[1:])
                remedies[0]()

        self._overdue = self._events.later(DEATH_SECONDS, on_overdue) if remedies else None

    def has_come(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()

    def await_word(self, is_told: Callable[[], bool], remedy: Callable[[], None]) -> None:
        """It has come, and the zygote does not say how: whoever waits for that would wait for ever."""

        def on_overdue() -> None:
            if not is_told():
                say("log", f"image {self._name}: the zygote does not tell the end of a process")
                remedy()

        self._overdue = self._events.later(WORD_SECONDS, on_overdue)
