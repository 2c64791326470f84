"""What errands answer: the content of one file of a session, or a list of all, as frames for the server."""

from __future__ import annotations

import os
from typing import Iterable, Iterator, List, Optional

from . import collect, walk
from ..policy import policy
from ..pool import run_namespace
from ..wire import frames

MOST_LISTED = 1000
MOST_LISTED_BYTES = 256 << 10  # of their names
NO_FILE = "There is no file of this path in the session."


def content(cell: run_namespace.Cell, name: bytes, unseen: Optional[bytes]) -> Iterator[bytes]:
    """Frames of a file and of the answer; empty pieces are pauses. A file that is `unseen` is none."""
    try:
        with collect.opened(cell) as work:
            if name == unseen:
                raise FileNotFoundError
            found = walk.look(work, name)
            problem = found.problem or _too_large(found.size)
            if problem:
                yield frame("conflict", f"What lies at this path is not handed out: {problem}.")
                return
            descriptor = walk.open_beneath(work, found)
    except PermissionError:
        yield frame("conflict", "What lies at this path cannot be read, or is being changed.")
        return
    except OSError:
        yield frame("missing", NO_FILE)
        return
    try:
        yield from collect.content(descriptor, found, None)
    finally:
        os.close(descriptor)
    yield frame("read")


def listed(cell: run_namespace.Cell, unseen: Optional[bytes]) -> Iterator[bytes]:
    """The answer behind pauses. A file that is `unseen` is none."""
    seen = walk.Walk(skipped=())
    yield from _walked(seen, cell)
    collected = collect.Collected()
    entries: List[bytes] = []
    left = MOST_LISTED_BYTES
    is_cut = seen.is_cut
    for found in seen.found:
        if found.problem:
            yield from collect.skip(collected, found, found.problem)
        elif found.raw != unseen:
            shown = entry(found) if left > 0 and len(entries) < MOST_LISTED else b""
            left -= len(shown)
            if shown and left >= 0:
                entries.append(shown)
            else:
                is_cut = True
            yield b""  # to show a long name takes milliseconds
    yield frame("listed", entries=entries, is_cut=is_cut, collected=collected)


def _walked(seen: walk.Walk, cell: run_namespace.Cell) -> Iterator[bytes]:
    """Pauses, until it has seen what lies there, by name."""
    try:
        with collect.opened(cell) as work:
            while seen.goes_on(work):
                yield b""
    except OSError:
        pass  # the folder has gone: what has been seen is all
    seen.found.sort()


def _too_large(size: int) -> str:
    return f"larger than {policy.MAX_FILE_BYTES >> 20} MB" if size > policy.MAX_FILE_BYTES else ""


def entry(found: walk.Found) -> bytes:
    return b"%d\0%d\0%s" % (found.size, found.written, found.name.encode())


def frame(
    outcome: str,
    details: str = "",
    entries: Iterable[bytes] = (),
    is_cut: bool = False,
    collected: Optional[collect.Collected] = None,
) -> bytes:
    fields = [("outcome", outcome.encode()), ("details", details.encode()), ("truncated", b"1" if is_cut else b"0")]
    fields += [("entry", entry) for entry in entries]
    if collected is not None:
        fields.append(("skipped-count", b"%d" % collected.skipped_count))
        fields += [("skipped", f"{name}\0{reason}".encode()) for name, reason in collected.skipped]
    return frames.frame(frames.ANSWER, frames.encode(fields))
