"""A sentence for an exception that comes of this sandbox: what there is instead of what the program has asked for."""

from __future__ import annotations

import errno
import os
import re
import sys

from . import causes
from ...policy import policy
from ...wire import text as texts

MOST_CHARACTERS = 4096  # of a message that is looked at

_path_in = re.compile(r"(['\"])(/[^'\"]*)\1").search
_begins_process = re.compile(r"fork|spawn|exec|popen|system", re.IGNORECASE).search


def of(e: BaseException, has_places: bool) -> str:
    """Empty where there is nothing to say. `has_places`: tier namespaces, where /tmp and the like are the program's own."""
    if isinstance(e, ModuleNotFoundError):
        return _of_library(e)
    if isinstance(e, OSError) and not has_places:
        return _of_place(e) or _of_process(e)
    return ""


def _of_library(e: ModuleNotFoundError) -> str:
    if not isinstance(e.name, str):
        return ""
    name = e.name.partition(".")[0]
    if not name.isidentifier() or name in sys.modules:  # then it is a part of one that is there
        return ""
    name = texts.beginning(name, policy.MAX_EXCEPTION_TYPE)
    return f"There is no module named {name} here. GET /packages lists what there is."


def _of_place(e: OSError) -> str:
    """Programs are written with these names in mind."""
    name = e.filename if e.filename is not None else _named(e)
    if not isinstance(name, (str, bytes)):
        return ""
    path = os.path.normpath(os.fsdecode(name)) + "/"
    if path.startswith("/mnt/data/"):
        return "There is no /mnt/data in this sandbox: the current folder is what it stands for, and takes relative names."
    if path.startswith(("/tmp/", "/var/tmp/", "/dev/shm/")):
        place = "/" + "/".join(path.split("/")[1 : 2 if path.startswith("/tmp/") else 3])
        return f"{place} is not the program's in this sandbox: tempfile.gettempdir() names the folder for temporary files."
    return ""


def _named(e: OSError) -> str:
    """The first path that a message tells, where a library has left it there alone."""
    messages = [text[:MOST_CHARACTERS] for text in e.args[:2] if type(text) is str]
    found = next(filter(None, map(_path_in, messages)), None)
    return found[2] if found else ""


def _of_process(e: OSError) -> str:
    if e.errno != errno.EPERM or not _begins_process(causes.innermost_line(e)):
        return ""
    return "Programs of this sandbox have threads only: nothing starts another process (os.fork, subprocess, multiprocessing)."
