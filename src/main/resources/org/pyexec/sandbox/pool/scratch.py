"""Folders on disk that programs write to: what lies in them, and how they are removed. No link in them is followed.

Everything here may take long, and is done in threads aside.
"""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from typing import Iterable, List, NamedTuple, Set

from ..kernel import memory, processes
from ..policy import policy

DEEPEST = 100  # folders inside each other, deeper than anything honest; counting holds a descriptor for each
RECURSION = 32  # so deep are folders removed here, deeper ones by rm(1), which holds a descriptor or two
REMOVAL_SECONDS = 600  # for rm(1)
UNKNOWN_BYTES = 16 << 20  # that a mapped file counts which has neither name nor descriptor, where nobody tells its size
FOLDER_BYTES = 64 << 10  # of one that do not count; some file systems keep the room of thousands of names that have gone
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NO_FOLDER_ANY_MORE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
_DELETED = b" (deleted)"  # behind the name of a mapped file that has none any more; proc(5)


class Usage(NamedTuple):
    size: int
    inodes: int


TOO_MUCH = Usage(0, policy.SCRATCH_INODES + 1)


def usage(path: str, pids: Iterable[int]) -> Usage:
    """What the folder holds, and files that have no name any more but are open or mapped by these processes.

    Somebody may go on changing it meanwhile. Raises OSError.
    """
    named = _Named()
    top = os.open(path, _FOLDER)
    try:
        named.walk(top, DEEPEST)
    except _TooMuch:
        return TOO_MUCH
    finally:
        os.close(top)
    size = named.size
    for pid in pids:
        task = processes.with_memory(pid)
        if task is not None:
            size += _nameless(task, os.fsencode(path) + b"/", named.seen)
    return Usage(size, named.entries)


class _TooMuch(Exception):
    """More than programs may have."""


class _Named:
    """Adds up what has a name. Whatever has one may be something else a moment later."""

    def __init__(self) -> None:
        self.size = self.entries = 0
        self.seen: Set[int] = set()  # inodes

    def walk(self, folder: int, depth: int) -> None:
        """Raises _TooMuch, OSError."""
        if not depth:
            raise _TooMuch
        for name in self._add(folder):
            try:
                descriptor = os.open(name, _FOLDER, dir_fd=folder)
            except OSError as e:
                if e.errno in _NO_FOLDER_ANY_MORE:
                    continue
                raise
            try:
                self.walk(descriptor, depth - 1)
            finally:
                os.close(descriptor)

    def _add(self, folder: int) -> List[str]:
        """What lies in it; the names of its folders. Raises _TooMuch, OSError."""
        inner = []
        with os.scandir(folder) as entries:
            for entry in entries:
                self.entries += 1
                if self.entries > policy.SCRATCH_INODES:
                    raise _TooMuch
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                if stat.S_ISDIR(status.st_mode):
                    inner.append(entry.name)
                    self.size += max(0, status.st_blocks * 512 - FOLDER_BYTES)
                elif status.st_ino not in self.seen:
                    self.seen.add(status.st_ino)
                    self.size += status.st_blocks * 512
        return inner


def _nameless(pid: int, folder: bytes, seen: Set[int]) -> int:
    """Bytes of files without a name that one process holds. `seen`: inodes that are counted."""
    size = _open_ones(pid, folder, seen)
    for line in processes.read(f"/proc/{pid}/maps", memory.MOST_MAPS_BYTES).splitlines():
        if line.endswith(_DELETED) and b" " + folder in line:
            place, _, _, _, inode, _ = line.split(None, 5)
            if int(inode) not in seen:
                seen.add(int(inode))
                size += _mapped(pid, place)
    return size


def _mapped(pid: int, place: bytes) -> int:
    if not memory.has_map_files():
        return UNKNOWN_BYTES
    try:
        return os.stat(f"/proc/{pid}/map_files/{memory.plain(place)}").st_blocks * 512
    except FileNotFoundError:
        return 0  # it has just been unmapped
    except PermissionError:
        return UNKNOWN_BYTES


def _open_ones(pid: int, folder: bytes, seen: Set[int]) -> int:
    size = 0
    try:
        numbers = os.listdir(f"/proc/{pid}/fd")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    for number in numbers:
        place = f"/proc/{pid}/fd/{number}"
        try:
            status = os.stat(place)
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just been closed
        is_nameless = status.st_nlink == 0 and stat.S_ISREG(status.st_mode) and status.st_ino not in seen
        if is_nameless and _was_within(folder, place):
            seen.add(status.st_ino)
            size += status.st_blocks * 512
    return size


def _was_within(folder: bytes, place: str) -> bool:
    """Whether that link names a file of this folder; one that is too long to be read can have been nowhere else; readlink(2)."""
    try:
        return os.readlink(os.fsencode(place)).startswith(folder)
    except OSError as e:
        return e.errno not in (errno.ENOENT, errno.ESRCH)


# --- removing ------------------------------------------------------------------------------------------------------


def remove(path: str) -> bool:
    """Whether nothing is left of it."""
    try:
        _remove_within(path)
    except OSError:
        pass  # it is looked at below
    if os.path.lexists(path):
        command = ["rm", "-rf", "--one-file-system", "--", path]
        try:
            subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=REMOVAL_SECONDS)
        except (OSError, subprocess.SubprocessError):
            pass  # there is something left then
    return not os.path.lexists(path)


def _remove_within(path: str) -> None:
    parent = os.open(os.path.dirname(path), _FOLDER)
    try:
        _remove_folder(os.path.basename(path), parent, RECURSION)
    finally:
        os.close(parent)


def _remove_folder(name: str, parent: int, depth: int) -> None:
    """Raises OSError at what is deeper, and at what cannot be removed so."""
    if not depth:
        raise OSError("a folder is too deep")
    folder = os.open(name, _FOLDER, dir_fd=parent)
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    _remove_folder(entry.name, folder, depth - 1)
                else:
                    os.unlink(entry.name, dir_fd=folder)
    finally:
        os.close(folder)
    os.rmdir(name, dir_fd=parent)
