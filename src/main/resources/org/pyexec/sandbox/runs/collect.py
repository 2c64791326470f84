"""Reads the files that a program left: after every process of its run is dead, or while those of a session live on.

What is in the folder is found by walk.py. Whoever changes a file meanwhile changes what is read of it and nothing else; how
much is looked at is bounded.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from itertools import islice
from typing import Dict, Generator, Iterator, List, NamedTuple, Optional, Set, Tuple

from . import walk
from ..policy import policy
from ..pool import run_namespace
from ..wire import frames
from .walk import Found, Stamp

CHUNK = 256 << 10
COMPARED_BYTES = 2 * policy.MAX_FILES_BYTES  # that are read to find out what has not changed
RACY_NANOSECONDS = 50_000_000  # a file may change again within one tick of the clock that gives files their times
_PROGRAM = os.fsencode(policy.PROGRAM)


class Original(NamedTuple):
    """The program or an input as it was sent, or a file as it was when the last program of the session had ended."""

    size: int
    digest: bytes
    stamp: Optional[Stamp] = None  # when it is there, a file with the same one is the same


Originals = Dict[bytes, Original]  # by their names


class Collected:
    """What came of it; complete once the frames have been taken."""

    def __init__(self, remembers: bool = False) -> None:
        """`remembers`: whether it is wanted what all files are now."""
        self.skipped: List[Tuple[str, str]] = []
        self.skipped_count = 0
        self.names: Set[str] = set()  # of those that are handed out
        self.remembers = remembers
        self.now: Originals = {}
        self._bytes_left = policy.MAX_SKIPPED_BYTES

    def skip(self, name: str, reason: str) -> None:
        self.skipped_count += 1
        size = len(name.encode())
        if not self.has_room:
            return
        self._bytes_left -= size
        if self._bytes_left >= 0:
            self.skipped.append((name, reason))

    @property
    def has_room(self) -> bool:
        """Whether another name of a file that was left out may be told."""
        return len(self.skipped) < policy.MAX_SKIPPED and self._bytes_left > 0


def anything(cell: run_namespace.Cell, originals: Originals) -> bool:
    """Whether the folder may hold more than what was there before; inputs are looked at when everybody is dead."""
    try:
        with opened(cell) as work:
            with os.scandir(work) as entries:
                names = [entry.name for entry in islice(entries, 2)]
            if len(originals) > 1 or names != [policy.PROGRAM]:
                return True
            return not stat.S_ISREG(os.stat(policy.PROGRAM, dir_fd=work, follow_symlinks=False).st_mode)
    except OSError:
        return True


@contextlib.contextmanager
def opened(cell: run_namespace.Cell) -> Iterator[int]:
    """The work folder that is there now; a program may have put another in its place."""
    work = walk.open_folder(cell.top, os.fsencode(policy.SCRATCH_DIRECTORIES[0]))
    try:
        yield work
    finally:
        os.close(work)


def remember(code: bytes) -> Originals:
    return {_PROGRAM: Original(len(code), hashlib.sha256(code).digest())}


def files(cell: run_namespace.Cell, originals: Originals, collected: Collected) -> Iterator[bytes]:
    """Frames of all files that are handed out, sorted by name: what was created or changed. Empty pieces are pauses."""
    try:
        with opened(cell) as work:
            yield from _files(work, originals, collected)
    except OSError:
        return  # the program has taken the folder away


def _files(work: int, originals: Originals, collected: Collected) -> Iterator[bytes]:
    count = total = 0
    comparison = _Comparison()
    seen = walk.Walk()
    while seen.goes_on(work):
        yield b""
    if seen.is_cut:
        collected.skip(".", f"more than {walk.MOST_ENTRIES} entries or {policy.MAX_NAMES_BYTES >> 20} MB of names")
    seen.found.sort()
    for found in seen.found:
        if found.raw == _PROGRAM and not collected.remembers:
            continue  # the program itself, whatever it has done to it; a session has none
        original = originals.get(found.raw)
        if original is not None:
            yield b""
            if (yield from comparison.is_untouched(work, found, original)):
                _remember(collected, found, original.digest)
                continue
        problem = found.problem or _too_much(found.size, count, total)
        if problem:
            yield from skip(collected, found, problem)
            _remember(collected, found, b"")
            continue
        if (yield from _hand_out(work, found, collected)):
            count += 1
            total += found.size


def _hand_out(work: int, found: Found, collected: Collected) -> "Generator[bytes, None, bool]":
    """Whether it can be."""
    try:
        descriptor = walk.open_beneath(work, found)
    except OSError:
        yield from skip(collected, found, "not readable")  # after a way through many folders
        return False
    try:
        collected.names.add(found.name)
        digest = hashlib.sha256() if collected.remembers else None
        yield from content(descriptor, found, digest)
        _remember(collected, found, digest.digest() if digest else b"")
    finally:
        os.close(descriptor)
    return True


def skip(collected: Collected, found: Found, reason: str) -> Iterator[bytes]:
    """With a pause: there may be thousands, and to show a long name takes milliseconds."""
    collected.skip(found.name if collected.has_room else "", reason)
    yield b""


def _remember(collected: Collected, found: Found, digest: bytes) -> None:
    if collected.remembers:
        settled = not digest or time.time_ns() - walk.time_of_change(found.stamp) > RACY_NANOSECONDS
        collected.now[found.raw] = Original(found.size, digest, found.stamp if settled else None)


def _too_much(size: int, count: int, total: int) -> str:
    if size > policy.MAX_FILE_BYTES:
        return f"larger than {policy.MAX_FILE_BYTES >> 20} MB"
    if count >= policy.MAX_FILES:
        return f"more than {policy.MAX_FILES} files"
    if total + size > policy.MAX_FILES_BYTES:
        return f"more than {policy.MAX_FILES_BYTES >> 20} MB together"
    return ""


def content(descriptor: int, found: Found, digest: Optional["hashlib._Hash"]) -> Iterator[bytes]:
    head = [("name", found.name.encode()), ("size", str(found.size).encode())]
    yield frames.frame(frames.FILE, frames.encode(head))
    left = found.size
    while left:
        data = os.read(descriptor, min(CHUNK, left))
        if not data:
            data = bytes(min(CHUNK, left))  # somebody has cut it since; the size was promised
        left -= len(data)
        if digest is not None:
            digest.update(data)
        yield frames.frame(frames.DATA, data)


class _Comparison:
    """Of files with what they were; it reads no more of them than COMPARED_BYTES in all."""

    def __init__(self) -> None:
        self._left = COMPARED_BYTES

    def is_untouched(self, work: int, found: Found, original: Original) -> "Generator[bytes, None, bool]":
        """Whether it is still what it was; what would have to be read for too long counts as changed. Pauses."""
        if original.stamp is not None and original.stamp == found.stamp:
            return True
        if found.problem or found.size != original.size or not original.digest:
            return False
        self._left -= found.size
        if found.size > policy.MAX_FILE_BYTES or self._left < 0:
            return False
        try:
            descriptor = walk.open_beneath(work, found)
        except OSError:
            return False
        try:
            return (yield from _digest(descriptor, found.size)) == original.digest
        finally:
            os.close(descriptor)


def _digest(descriptor: int, size: int) -> "Generator[bytes, None, bytes]":
    """Of as many bytes as it had when it was looked at; somebody may go on writing. Pauses after each piece."""
    digest = hashlib.sha256()
    while size > 0:
        data = os.read(descriptor, min(CHUNK, size))
        if not data:
            break
        size -= len(data)
        digest.update(data)
        yield b""
    return digest.digest()
