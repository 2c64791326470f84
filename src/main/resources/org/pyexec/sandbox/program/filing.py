"""Puts or removes one file between two programs, for the client of a session. In the session's own process, with its rights and
no more: nothing here is trusted outside. Folders are gone through one by one, and no link is followed.
"""

from __future__ import annotations

import os
from typing import Dict, Optional, Tuple

from . import inputs
from ..wire import frames, request

_UNFINISHED = b".being-put-%d"  # beside its place, until it is complete: whoever reads the old file meanwhile has all of it
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

# Bound before any program runs, which may replace what os has.
_open, _close, _stat, _pid = os.open, os.close, os.stat, os.getpid
_make_folder, _rename, _unlink = os.mkdir, os.rename, os.unlink


def run(fields: frames.Fields, control: int, work: str) -> Dict[str, bytes]:
    """Does what a request.Errand says; returns what came of it, or the number of an error. `control` brings the content."""
    files = request.inputs_of(fields)
    contents = inputs.Contents(files, control)
    try:
        if files:
            return {"outcome": _put(os.fsencode(work), files[0], contents)}
        _remove(os.fsencode(work), dict(fields)["name"])
        return {"outcome": b"removed"}
    except OSError as e:
        return {"errno": b"%d" % (e.errno or 0)}
    finally:
        contents.skip()


def _put(work: bytes, file: request.Input, contents: inputs.Contents) -> bytes:
    _make(work)
    folder, name = _place(work, file.name, makes=True)
    try:
        is_new = _is_new(folder, name)
        unfinished = _UNFINISHED % _pid()
        descriptor = _open(unfinished, _NEW, 0o644, dir_fd=folder)
        try:
            inputs.fill(descriptor, file.size, contents)
            _rename(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            _unlink(unfinished, dir_fd=folder)
            raise
        return b"created" if is_new else b"replaced"
    finally:
        _close(folder)


def _remove(work: bytes, name: bytes) -> None:
    folder, last = _place(work, name, makes=False)
    try:
        _unlink(last, dir_fd=folder)
    finally:
        _close(folder)


def _place(work: bytes, name: bytes, makes: bool) -> Tuple[int, bytes]:
    """The folder in which it lies, whose descriptor the caller owns, and its name there. `makes`: folders that are missing."""
    *folders, last = name.split(b"/")
    folder = _open(work, _FOLDER)
    try:
        for each in folders:
            if makes:
                _make(each, folder)
            inner = _open(each, _FOLDER, dir_fd=folder)
            _close(folder)
            folder = inner
    except OSError:
        _close(folder)
        raise
    return folder, last


def _make(name: bytes, folder: Optional[int] = None) -> None:
    try:
        _make_folder(name, dir_fd=folder)
    except FileExistsError:
        pass  # if it is none, that is found out when it is opened


def _is_new(folder: int, name: bytes) -> bool:
    try:
        _stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return True
    return False
