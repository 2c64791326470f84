"""Calls that go up within this room: from a slot to the pool of its zygote, from that to its generation, from that to the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Protocol

from . import run_namespace
from ..events import loop
from ..kernel import cgroups

if TYPE_CHECKING:  # they know their doors
    from .generation import Generation
    from .slot import Slot
    from .zygote_pool import ZygotePool


class ImageDoor(Protocol):
    """What a slot needs from the pool of its zygote: calls that go up."""

    name: str

    def reap(self) -> None:
        """Has the zygote wait for whatever is its child."""

    def end(self) -> None:
        """With all its runs."""

    def ask_to_park(self, order: str, descriptors: List[int]) -> None: ...

    def parked(self, ready: Slot) -> None: ...

    def failed(self, broken: Slot, why: str) -> None: ...

    def gone(self, ended: Slot) -> None: ...


class GenerationDoor(Protocol):
    """What the pool of a zygote needs from its generation: calls that go up."""

    events: loop.Loop
    groups: cgroups.NoGroups

    def next_number(self) -> int: ...

    def new_cell(self, number: int) -> run_namespace.Cell: ...

    def new_networked_cell(self) -> run_namespace.Cell: ...

    def first_is_parked(self) -> None: ...

    def cannot_park(self, why: str) -> None: ...

    def image_ended(self, image: ZygotePool) -> None: ...

    def refused(self, image: ZygotePool, module: str) -> None: ...


class PoolDoor(Protocol):
    """What a generation needs from the pool."""

    def next_number(self) -> int: ...

    def works(self, generation: Generation) -> None: ...

    def broken(self, generation: Generation, why: str) -> None: ...

    def leave_out(self, module: str) -> None: ...
