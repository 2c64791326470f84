"""Reads the files that a program left, after every process of its run is dead.

Everything goes through handles of folders, one component of a name at a time, without following anything. Each entry is
looked at before it is opened, and again through the open handle.
"""

from __future__ import annotations

import hashlib
import os
import stat
from typing import Dict, Iterator, List, NamedTuple, Tuple

from . import frames, policy

CHUNK = 256 << 10
_PROGRAM = os.fsencode(policy.PROGRAM)


class Found(NamedTuple):
    name: str  # as it is shown: relative, valid UTF-8
    raw: bytes  # as it is on disk
    size: int
    problem: str  # why it is left out, empty when it is not


class Original(NamedTuple):
    """The program or an input as it was sent."""

    size: int
    digest: bytes


Originals = Dict[bytes, Original]  # by their names


class Collected:
    """What came of it; complete once the frames have been taken."""

    def __init__(self) -> None:
        self.skipped: List[Tuple[str, str]] = []
        self.skipped_count = 0

    def skip(self, name: str, reason: str) -> None:
        self.skipped_count += 1
        if len(self.skipped) < policy.MAX_SKIPPED:
            self.skipped.append((name, reason))


def anything(work: int, originals: Originals) -> bool:
    """Whether the folder may hold more than what was there before; inputs are looked at when everybody is dead."""
    try:
        names = os.listdir(work)
    except OSError:
        return True
    if len(originals) > 1 or names != [policy.PROGRAM]:
        return True
    code = originals[_PROGRAM]
    return not _untouched(work, Found(policy.PROGRAM, _PROGRAM, code.size, ""), code)


def remember(code: bytes) -> Originals:
    return {_PROGRAM: Original(len(code), hashlib.sha256(code).digest())}


def files(work: int, originals: Originals, collected: Collected) -> Iterator[bytes]:
    """Frames of all files that are handed out, sorted by name: what was created or changed."""
    count = total = 0
    for found in sorted(_walk(work, b"", 1)):
        original = originals.get(found.raw)
        if original is not None and _untouched(work, found, original):
            continue
        problem = found.problem or _too_much(found.size, count, total)
        if problem:
            collected.skip(found.name, problem)
            continue
        try:
            descriptor = _open_beneath(work, found)
        except OSError:
            collected.skip(found.name, "not readable")
            continue
        try:
            count += 1
            total += found.size
            yield from _content(descriptor, found)
        finally:
            os.close(descriptor)


def _too_much(size: int, count: int, total: int) -> str:
    if size > policy.MAX_FILE_BYTES:
        return f"larger than {policy.MAX_FILE_BYTES >> 20} MB"
    if count >= policy.MAX_FILES:
        return f"more than {policy.MAX_FILES} files"
    if total + size > policy.MAX_FILES_BYTES:
        return f"more than {policy.MAX_FILES_BYTES >> 20} MB together"
    return ""


def _walk(folder: int, prefix: bytes, depth: int) -> Iterator[Found]:
    """Everything beneath that is not a folder; `folder` stays the caller's."""
    with os.scandir(folder) as entries:
        listed = [os.fsencode(entry.name) for entry in entries]
    for name in listed:
        raw = prefix + name
        shown = raw.decode("utf-8", "replace")
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError:
            yield Found(shown, raw, 0, "not readable")
            continue
        if not stat.S_ISDIR(status.st_mode):
            yield Found(shown, raw, status.st_size, _unfit(status))
        elif os.fsdecode(name) not in policy.SKIPPED_FOLDERS:
            yield from _descend(folder, name, raw, shown, depth)


def _descend(folder: int, name: bytes, raw: bytes, shown: str, depth: int) -> Iterator[Found]:
    if depth >= policy.MAX_DEPTH:
        yield Found(shown, raw, 0, f"deeper than {policy.MAX_DEPTH} folders")
        return
    try:
        inner = _open_folder(folder, name)
    except OSError:
        yield Found(shown, raw, 0, "not readable")
        return
    try:
        yield from _walk(inner, raw + b"/", depth + 1)
    finally:
        os.close(inner)


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


def _content(descriptor: int, found: Found) -> Iterator[bytes]:
    head = [("name", found.name.encode()), ("size", str(found.size).encode())]
    yield frames.frame(frames.FILE, frames.encode(head))
    left = found.size
    while left:
        data = os.read(descriptor, min(CHUNK, left))
        if not data:
            data = bytes(min(CHUNK, left))  # cannot happen with nobody left to cut it; the size was promised
        left -= len(data)
        yield frames.frame(frames.DATA, data)


def _untouched(work: int, found: Found, original: Original) -> bool:
    """Whether it is still what was sent."""
    if found.problem or found.size != original.size:
        return False
    try:
        descriptor = _open_beneath(work, found)
    except OSError:
        return False
    digest = hashlib.sha256()
    with open(descriptor, "rb", buffering=0) as file:
        for data in iter(lambda: file.read(CHUNK), b""):
            digest.update(data)
    return digest.digest() == original.digest
