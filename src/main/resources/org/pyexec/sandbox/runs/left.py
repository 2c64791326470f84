"""What a program has left outside of its working folder, which is lost with the run: a note for the answer.

Names come from a program. Those of files are only told; folders are opened as walk.py does it; docs/protocol.md, "notes".
"""

from __future__ import annotations

import os
from itertools import islice
from typing import Iterator, List, Tuple

from . import walk
from ..policy import policy
from ..pool import run_namespace
from ..wire import names

MOST_NAMED = 5
MOST_SEEN = 200  # entries of each place that are looked at, and as many in all folders inside it
DEEPEST = 4  # folders inside each other
LONGEST_NAME = 100  # characters
_, _TEMPORARY, _ = policy.SCRATCH_DIRECTORIES
# What the interpreter and its libraries make by themselves.
_CACHES = (*policy.SKIPPED_FOLDERS, ".local")
_BEGINNINGS = ("pymp-", "matplotlib-")


def note(cell: run_namespace.Cell) -> str:
    """A sentence for each place; empty where nothing is lost. Somebody may go on changing the folders meanwhile."""
    if not _is_touched(cell):
        return ""
    sentences = [_sentence(place, files) for place, files in _places(cell) if files]
    return " ".join(sentences)


def _is_touched(cell: run_namespace.Cell) -> bool:
    """Since the child was parked, as far as their times tell: most programs leave nothing, and need not wait for a look."""

    def changed(name: str) -> int:
        return os.stat(name, dir_fd=cell.top, follow_symlinks=False).st_mtime_ns

    try:
        return max(changed(_TEMPORARY), changed(".")) >= cell.parked
    except OSError:
        return True


def _places(cell: run_namespace.Cell) -> Iterator[Tuple[str, List[bytes]]]:
    try:
        temporary = walk.open_folder(cell.top, os.fsencode(_TEMPORARY))
        try:
            place = "/tmp" if cell.way == "namespaces" else "the folder of temporary files"
            yield place, _files_in(temporary, _CACHES)
        finally:
            os.close(temporary)
        home = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=cell.top)
        try:
            yield "the home folder", _files_in(home, (*_CACHES, *policy.SCRATCH_DIRECTORIES))
        finally:
            os.close(home)
    except OSError:
        return  # the program has taken the folder away


def _files_in(folder: int, left_out: Tuple[str, ...]) -> List[bytes]:
    """Sorted names of what is no folder. Of a folder that has something in it one name stands for all."""
    with os.scandir(folder) as entries:
        listed = [entry for entry in islice(entries, MOST_SEEN) if not _is_usual(entry.name, left_out)]
    found: List[bytes] = []
    look = _Look(MOST_SEEN)
    for entry in sorted(listed, key=lambda entry: entry.name):
        if len(found) > MOST_NAMED:
            break
        name = os.fsencode(entry.name)
        if entry.is_dir(follow_symlinks=False):
            name = look.first_below(folder, name, DEEPEST)
        if name:
            found.append(name)
    return found


def _is_usual(name: str, left_out: Tuple[str, ...]) -> bool:
    return name in left_out or name.startswith(_BEGINNINGS)


class _Look:
    """Into folders, as long as there is something left of what may be seen."""

    def __init__(self, most: int) -> None:
        self._left = most

    def first_below(self, parent: int, name: bytes, depth: int) -> bytes:
        """The relative name of something that is no folder; empty where there is none, or none was found."""
        if not depth:
            return b""
        try:
            folder = walk.open_folder(parent, name)
        except OSError:  # somebody may go on changing it, or has closed it to all
            return b""
        try:
            return self._first_in(folder, name, depth)
        finally:
            os.close(folder)

    def _first_in(self, folder: int, name: bytes, depth: int) -> bytes:
        inner = []
        with os.scandir(folder) as entries:
            for entry in islice(entries, self._left):
                self._left -= 1
                if not entry.is_dir(follow_symlinks=False):
                    return name + b"/" + os.fsencode(entry.name)
                inner.append(os.fsencode(entry.name))
        found = (self.first_below(folder, each, depth - 1) for each in inner if self._left > 0)
        below = next(filter(None, found), b"")
        return below and name + b"/" + below


def _sentence(place: str, files: List[bytes]) -> str:
    shown = ", ".join(_shown(name) for name in files[:MOST_NAMED])
    more = ", …" if len(files) > MOST_NAMED else ""
    return f"Files in {place} are not returned: {shown}{more}."


def _shown(name: bytes) -> str:
    """In one line, as that of no other file, unless it is too long."""
    text = names.shown(name)
    return text if len(text) <= LONGEST_NAME else text[:LONGEST_NAME] + "…"
