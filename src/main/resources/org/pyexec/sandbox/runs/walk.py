"""What lies in a folder that programs write to, found while they may go on changing it.

Everything goes through handles of folders, one component of a name at a time, without following anything. Each entry is
looked at before it is opened, and again through the open handle.
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
from typing import Iterator, List, NamedTuple, Optional, Sequence, Tuple

from ..policy import policy
from ..wire import names, text

MOST_ENTRIES = 2 * policy.SCRATCH_INODES  # folders included; somebody may go on making and moving them
ENTRIES_AT_ONCE = 256  # between two pauses
SHOWN_BYTES = 100  # of a name that is too long
SHOWN_DIGITS = 32  # of its digest, which tells it from others that begin so: two with as many in common cannot be found

Stamp = bytes  # inode, times of change in nanoseconds: of content, of anything; the latter cannot be set
_STAMP = struct.Struct("=QQq")
_WORD = (1 << 64) - 1  # a program may set a time that needs more
_EARLIEST, _LATEST = -62_135_596_800_000, 253_402_300_799_999  # in milliseconds since 1970: the years 1 to 9999


class Found(NamedTuple):
    raw: bytes  # its relative name as it is on disk; of one that is too long a digest
    size: int
    problem: str  # why it is left out, empty when it is not
    stamp: Stamp = b""
    beginning: str = ""  # of a name that is too long, as it is shown
    written: int = 0  # when its content was changed last, in milliseconds since 1970, as far as a program has not set it

    @property
    def name(self) -> str:
        """As it is shown; that of no other file."""
        return self.beginning or names.shown(self.raw)


def time_of_change(stamp: Stamp) -> int:
    """Of anything, in nanoseconds."""
    change: int = _STAMP.unpack(stamp)[2]
    return change


_ALL = object()  # of the entries have been seen


class Walk:
    """Everything beneath a folder that is not a folder itself."""

    def __init__(self, skipped: Sequence[str] = policy.SKIPPED_FOLDERS) -> None:
        """`skipped`: names of folders that are not looked into."""
        self._skipped = skipped
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
                yield None
                name = os.fsencode(entry.name)
                raw = prefix + name
                try:
                    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                except OSError:
                    self._add(raw, 0, "not readable")
                    continue
                if not stat.S_ISDIR(status.st_mode):
                    self._add(raw, status.st_size, _unfit(status), _stamp(status), _written(status))
                elif os.fsdecode(name) not in self._skipped:
                    yield from self._descend(folder, name, raw, depth)

    def _descend(self, folder: int, name: bytes, raw: bytes, depth: int) -> Iterator[object]:
        if depth >= policy.MAX_DEPTH:
            self._add(raw, 0, f"deeper than {policy.MAX_DEPTH} folders")
            return
        if len(raw) > policy.MAX_NAME_BYTES:
            self._add(raw, 0, "")
            return
        try:
            inner = open_folder(folder, name)
        except OSError:
            self._add(raw, 0, "not readable")
            return
        try:
            yield from self._walk(inner, raw + b"/", depth + 1)
        finally:
            os.close(inner)

    def _add(self, raw: bytes, size: int, problem: str, stamp: Stamp = b"", written: int = 0) -> None:
        beginning = ""
        if len(raw) > policy.MAX_NAME_BYTES:
            problem = f"name longer than {policy.MAX_NAME_BYTES} bytes"
            digest = hashlib.sha256(raw)
            begun = raw[:SHOWN_BYTES]
            begun = begun[: text.whole_characters(begun)]
            beginning = f"{names.shown(begun)}{names.CUT}{digest.hexdigest()[:SHOWN_DIGITS]}"
            raw = b"\0" + digest.digest()
        self._bytes_left -= len(raw) + len(beginning)
        self.found.append(Found(raw, size, problem, stamp, beginning, written))


def _stamp(status: os.stat_result) -> Stamp:
    return _STAMP.pack(status.st_ino, status.st_mtime_ns & _WORD, status.st_ctime_ns)


def _written(status: os.stat_result) -> int:
    return min(max(status.st_mtime_ns // 1_000_000, _EARLIEST), _LATEST)


def look(work: int, raw: bytes) -> Found:
    """At what has this name; raises OSError where nothing has, or what should be a folder is none."""
    parent, name = _parent_of(work, raw)
    try:
        status = os.stat(name, dir_fd=parent, follow_symlinks=False)
    finally:
        os.close(parent)
    return Found(raw, status.st_size, _unfit(status), _stamp(status), written=_written(status))


def _unfit(status: os.stat_result) -> str:
    if stat.S_ISDIR(status.st_mode):
        return "folder"
    if stat.S_ISLNK(status.st_mode):
        return "symbolic link"
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    if status.st_nlink != 1:
        return "hard link"
    return ""


def open_folder(parent: int, name: bytes) -> int:
    """The caller owns the descriptor. Raises OSError, also where it is a link."""
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)


def open_beneath(work: int, found: Found) -> int:
    """Opens a file for reading, component by component; the caller owns the descriptor."""
    parent, name = _parent_of(work, found.raw)
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        descriptor = os.open(name, flags, dir_fd=parent)
    finally:
        os.close(parent)
    status = os.fstat(descriptor)
    if _unfit(status) or status.st_size != found.size:
        os.close(descriptor)
        raise PermissionError(found.name)
    return descriptor


def _parent_of(work: int, raw: bytes) -> Tuple[int, bytes]:
    """The folder in which it lies, whose descriptor the caller owns, and its name there."""
    *folders, name = raw.split(b"/")
    parent = os.dup(work)
    try:
        for folder in folders:
            inner = open_folder(parent, folder)
            os.close(parent)
            parent = inner
    except OSError:
        os.close(parent)
        raise
    return parent, name
