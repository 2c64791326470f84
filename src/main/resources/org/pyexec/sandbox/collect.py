"""Reads the files that a program left: after every process of its run is dead, or while those of a session live on.

Everything goes through handles of folders, one component of a name at a time, without following anything. Each entry is
looked at before it is opened, and again through the open handle. Whoever changes a file meanwhile changes what is read
of it and nothing else; how much is looked at is bounded.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import struct
import time
from itertools import islice
from typing import Dict, Generator, Iterator, List, NamedTuple, Optional, Tuple, TypeVar

from . import cells, frames, policy

CHUNK = 256 << 10
MOST_ENTRIES = 2 * policy.SCRATCH_INODES  # folders included; somebody may go on making and moving them
ENTRIES_AT_ONCE = 256  # between two pauses
SHOWN_BYTES = 100  # of a name that is too long
AT_ONCE_BYTES = 1 << 20  # of a program that is compared in one step
COMPARED_BYTES = 2 * policy.MAX_FILES_BYTES  # that are read to find out what has not changed
RACY_NANOSECONDS = 50_000_000  # a file may change again within one tick of the clock that gives files their times
_PROGRAM = os.fsencode(policy.PROGRAM)

Value = TypeVar("Value")

Stamp = bytes  # inode, times of change in nanoseconds: of content, of anything; the latter cannot be set
_STAMP = struct.Struct("=QQq")
_WORD = (1 << 64) - 1  # a program may set a time that needs more


class Found(NamedTuple):
    raw: bytes  # its relative name as it is on disk; of one that is too long a digest
    size: int
    problem: str  # why it is left out, empty when it is not
    stamp: Stamp = b""
    beginning: str = ""  # of a name that is too long

    @property
    def name(self) -> str:
        """As it is shown: valid UTF-8."""
        return self.beginning or self.raw.decode("utf-8", "replace")


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
        self.remembers = remembers
        self.now: Originals = {}
        self._bytes_left = policy.MAX_SKIPPED_BYTES

    def skip(self, name: str, reason: str) -> None:
        self.skipped_count += 1
        size = len(name.encode())
        if len(self.skipped) < policy.MAX_SKIPPED and size <= self._bytes_left:
            self._bytes_left -= size
            self.skipped.append((name, reason))


def anything(cell: cells.Cell, originals: Originals) -> bool:
    """Whether the folder may hold more than what was there before; inputs are looked at when everybody is dead."""
    try:
        with _opened(cell) as work:
            with os.scandir(work) as entries:
                names = [entry.name for entry in islice(entries, 2)]
            if len(originals) > 1 or names != [policy.PROGRAM]:
                return True
            code = originals[_PROGRAM]
            if code.size > AT_ONCE_BYTES:
                return True
            return not _all_of(_Comparison().is_untouched(work, Found(_PROGRAM, code.size, ""), code))
    except OSError:
        return True


def _all_of(steps: "Generator[bytes, None, Value]") -> Value:
    """What comes of them, without a pause."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


@contextlib.contextmanager
def _opened(cell: cells.Cell) -> Iterator[int]:
    """The work folder that is there now; a program may have put another in its place."""
    work = _open_folder(cell.top, os.fsencode(policy.SCRATCH_DIRECTORIES[0]))
    try:
        yield work
    finally:
        os.close(work)


def remember(code: bytes) -> Originals:
    return {_PROGRAM: Original(len(code), hashlib.sha256(code).digest())}


def files(cell: cells.Cell, originals: Originals, collected: Collected) -> Iterator[bytes]:
    """Frames of all files that are handed out, sorted by name: what was created or changed. Empty pieces are pauses."""
    try:
        with _opened(cell) as work:
            yield from _files(work, originals, collected)
    except OSError:
        return  # the program has taken the folder away


def _files(work: int, originals: Originals, collected: Collected) -> Iterator[bytes]:
    count = total = 0
    comparison = _Comparison()
    walk = _Walk()
    while walk.goes_on(work):
        yield b""
    if walk.is_cut:
        collected.skip(".", f"more than {MOST_ENTRIES} entries or {policy.MAX_NAMES_BYTES >> 20} MB of names")
    walk.found.sort()
    for found in walk.found:
        original = originals.get(found.raw)
        if original is not None:
            yield b""
            if (yield from comparison.is_untouched(work, found, original)):
                _remember(collected, found, original.digest)
                continue
        problem = found.problem or _too_much(found.size, count, total)
        if problem:
            collected.skip(found.name, problem)
            _remember(collected, found, b"")
            continue
        try:
            descriptor = _open_beneath(work, found)
        except OSError:
            collected.skip(found.name, "not readable")
            continue
        try:
            count += 1
            total += found.size
            digest = hashlib.sha256() if collected.remembers else None
            yield from _content(descriptor, found, digest)
            _remember(collected, found, digest.digest() if digest else b"")
        finally:
            os.close(descriptor)


def _remember(collected: Collected, found: Found, digest: bytes) -> None:
    if collected.remembers:
        settled = not digest or time.time_ns() - _STAMP.unpack(found.stamp)[2] > RACY_NANOSECONDS
        collected.now[found.raw] = Original(found.size, digest, found.stamp if settled else None)


def _too_much(size: int, count: int, total: int) -> str:
    if size > policy.MAX_FILE_BYTES:
        return f"larger than {policy.MAX_FILE_BYTES >> 20} MB"
    if count >= policy.MAX_FILES:
        return f"more than {policy.MAX_FILES} files"
    if total + size > policy.MAX_FILES_BYTES:
        return f"more than {policy.MAX_FILES_BYTES >> 20} MB together"
    return ""


_ALL = object()  # of the entries have been seen


class _Walk:
    """Everything beneath a folder that is not a folder itself."""

    def __init__(self) -> None:
        self.found: List[Found] = []
        self.is_cut = False  # there is more
        self._left = MOST_ENTRIES
        self._bytes_left = policy.MAX_NAMES_BYTES
        self._steps: Optional[Iterator[object]] = None

    def goes_on(self, work: int) -> bool:
        """Looks at some entries more; False when it has seen all, or enough. `work` stays the caller's."""
        if self._steps is None:
            self._steps = self._walk(work, b"", 1)
        for _ in range(min(ENTRIES_AT_ONCE, self._left)):
            if next(self._steps, _ALL) is _ALL:
                return False
            self._left -= 1
            if not self._left or self._bytes_left <= 0:
                self.is_cut = True
                return False
        return True

    def _walk(self, folder: int, prefix: bytes, depth: int) -> Iterator[object]:
        """A step for each entry."""
        with os.scandir(folder) as entries:
            for entry in entries:
                yield
                name = os.fsencode(entry.name)
                raw = prefix + name
                try:
                    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                except OSError:
                    self._add(raw, 0, "not readable")
                    continue
                if not stat.S_ISDIR(status.st_mode):
                    stamp = _STAMP.pack(status.st_ino, status.st_mtime_ns & _WORD, status.st_ctime_ns)
                    self._add(raw, status.st_size, _unfit(status), stamp)
                elif os.fsdecode(name) not in policy.SKIPPED_FOLDERS:
                    yield from self._descend(folder, name, raw, depth)

    def _descend(self, folder: int, name: bytes, raw: bytes, depth: int) -> Iterator[object]:
        if depth >= policy.MAX_DEPTH:
            self._add(raw, 0, f"deeper than {policy.MAX_DEPTH} folders")
            return
        if len(raw) > policy.MAX_NAME_BYTES:
            self._add(raw, 0, "")
            return
        try:
            inner = _open_folder(folder, name)
        except OSError:
            self._add(raw, 0, "not readable")
            return
        try:
            yield from self._walk(inner, raw + b"/", depth + 1)
        finally:
            os.close(inner)

    def _add(self, raw: bytes, size: int, problem: str, stamp: Stamp = b"") -> None:
        beginning = ""
        if len(raw) > policy.MAX_NAME_BYTES:
            problem = f"name longer than {policy.MAX_NAME_BYTES} bytes"
            beginning = raw[:SHOWN_BYTES].decode("utf-8", "replace") + "…"
            raw = b"\0" + hashlib.sha256(raw).digest()
        self._bytes_left -= len(raw) + len(beginning)
        self.found.append(Found(raw, size, problem, stamp, beginning))


def _unfit(status: os.stat_result) -> str:
    if stat.S_ISLNK(status.st_mode):
        return "symbolic link"
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    if status.st_nlink != 1:
        return "hard link"
    return ""


def _open_folder(parent: int, name: bytes) -> int:
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)


def _open_beneath(work: int, found: Found) -> int:
    """Opens a file for reading, component by component; the caller owns the descriptor."""
    *folders, name = found.raw.split(b"/")
    parent = os.dup(work)
    try:
        for folder in folders:
            inner = _open_folder(parent, folder)
            os.close(parent)
            parent = inner
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        descriptor = os.open(name, flags, dir_fd=parent)
    finally:
        os.close(parent)
    status = os.fstat(descriptor)
    if _unfit(status) or status.st_size != found.size:
        os.close(descriptor)
        raise PermissionError(found.name)
    return descriptor


def _content(descriptor: int, found: Found, digest: Optional["hashlib._Hash"]) -> Iterator[bytes]:
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
            descriptor = _open_beneath(work, found)
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
