"""What a program has left outside of its working folder, which is lost with the run: a note for the answer.

Names come from a program and are only told, never opened. Folders are not gone into; docs/protocol.md, "notes".
"""

from __future__ import annotations

import os
import re
from itertools import islice
from typing import Iterator, List, Tuple

from . import cells, policy, walk

MOST_NAMED = 5
MOST_SEEN = 200  # entries of a folder that are looked at
LONGEST_NAME = 100  # characters
_, _TEMPORARY, _ = policy.SCRATCH_DIRECTORIES
# What the interpreter and its libraries make by themselves: beginnings of names.
_TEMPORARY_NAME = re.compile(r"tmp[a-z0-9_]{8}")  # tempfile's own
_USUAL = (*policy.SCRATCH_DIRECTORIES, *policy.SKIPPED_FOLDERS, ".local", "pymp-", "matplotlib-")


def note(cell: cells.Cell) -> str:
    """A sentence for each place; empty where nothing is lost. Somebody may go on changing the folders meanwhile."""
    if not _is_touched(cell):
        return ""
    sentences = [_sentence(place, names) for place, names in _places(cell) if names]
    return " ".join(sentences)


def _is_touched(cell: cells.Cell) -> bool:
    """Since the child was parked, as far as their times tell: most programs leave nothing, and need not wait for a look."""

    def changed(name: str) -> int:
        return os.stat(name, dir_fd=cell.top, follow_symlinks=False).st_mtime_ns

    try:
        return max(changed(_TEMPORARY), changed(".")) >= cell.parked
    except OSError:
        return True


def _places(cell: cells.Cell) -> Iterator[Tuple[str, List[str]]]:
    try:
        temporary = walk.open_folder(cell.top, os.fsencode(_TEMPORARY))
        try:
            yield "/tmp" if cell.way == "namespaces" else "the folder of temporary files", _names_in(temporary)
        finally:
            os.close(temporary)
        home = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=cell.top)
        try:
            yield "the home folder", _names_in(home)
        finally:
            os.close(home)
    except OSError:
        return  # the program has taken the folder away


def _names_in(folder: int) -> List[str]:
    with os.scandir(folder) as entries:
        names = [entry.name for entry in islice(entries, MOST_SEEN)]
    return sorted(name for name in names if not name.startswith(_USUAL) and not _TEMPORARY_NAME.match(name))


def _sentence(place: str, names: List[str]) -> str:
    shown = ", ".join(_shown(name) for name in names[:MOST_NAMED])
    more = ", …" if len(names) > MOST_NAMED else ""
    return f"Files in {place} are not returned: {shown}{more}."


def _shown(name: str) -> str:
    """Valid UTF-8 in one line."""
    text = "".join(letter if letter.isprintable() else "\ufffd" for letter in name)
    return text if len(text) <= LONGEST_NAME else text[:LONGEST_NAME] + "…"
