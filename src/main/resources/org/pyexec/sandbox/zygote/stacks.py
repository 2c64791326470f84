"""Room for large stacks of threads, which count as data although almost nothing of them is used; getrlimit(2), RLIMIT_DATA.

The soft limit gives a MemoryError instead of an end. What is used is watched, whatever the program does to its limits.
"""

from __future__ import annotations

import _thread
import resource
import threading

LARGE = 32 << 20  # bytes of a stack, from which on it gets room of its own
_stack_size = _thread.stack_size


def install() -> None:
    """In a zygote."""
    _thread.stack_size = threading.stack_size = stack_size  # type: ignore[assignment]  # with one signature more in its description


def stack_size(size: int = 0, /) -> int:
    """As threading.stack_size."""
    before = _stack_size(size)
    if size >= LARGE:
        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if soft != resource.RLIM_INFINITY:
            room = soft + size if hard == resource.RLIM_INFINITY else min(soft + size, hard)
            resource.setrlimit(resource.RLIMIT_DATA, (room, hard))
    return before


stack_size.__module__, stack_size.__qualname__, stack_size.__doc__ = "_thread", "stack_size", _stack_size.__doc__
