"""What is called of a session by what goes on in it: calls that go up."""

from __future__ import annotations

from typing import Callable, List, Optional, Protocol

from . import collect, ending
from ..events.connection import Connection
from ..events.loop import Loop
from ..policy import config
from ..pool.slot import Slot


class SessionDoor(Protocol):
    """What a program and an errand have in common."""

    loop: Loop
    connection: Connection
    settings: config.Config  # with the session's own limits
    originals: collect.Originals  # how the files were when the last program had ended

    @property
    def slot(self) -> Slot: ...

    def listen_to_interpreter(self) -> None: ...


class RunDoor(SessionDoor, Protocol):
    """What a program needs from its session."""

    seen_blocked: List[str]
    seen_left: str  # what was last said about files outside of the working folder
    cpu: int  # microseconds that programs have used until now

    def watch(self, limits: config.Config, cpu_limit: int, on_limit: Callable[[str], None]) -> None:
        """For the limits of a program, until `rest`. `cpu_limit` in seconds."""

    def rest(self) -> None:
        """The program is over; its threads and processes may go on, and are watched as what lies between two programs."""

    def turn_over(self, ended: bool, later: Optional[ending.Ending]) -> None:
        """Everything has been told, and that the session has ended if it has. `later`: why it has ended since, if it has."""


class ErrandDoor(SessionDoor, Protocol):
    """What an errand needs from its session."""

    has_spoken: bool  # the interpreter; until then the file of a program lies there that a session does not have

    def errand_over(self) -> None:
        """Its answer has been taken."""

    def errand_failed(self, why: ending.Ending) -> None:
        """And the session with it, which has to be told of."""
