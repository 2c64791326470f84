"""What the interpreter's own modules do by files that all of a host shares, done within the one process of tier landlock.

There a program has threads and no other processes, so a semaphore need not have a name, nobody has to clean up after a dead
process, and the only user worth knowing is its own. Put in place in a zygote, and in a fresh interpreter.
"""

from __future__ import annotations

import _multiprocessing
import ctypes
import os
import pwd
from types import ModuleType
from typing import Any, Optional

from ..program import main_module
from ..program.execution import imports

MODULES = ("_multiprocessing", "_posixshmem", "pwd")  # that are changed, and would come unchanged if imported anew
_SHARED_FOLDER = "/.shm"  # beside the working folder, see policy.SCRATCH_DIRECTORIES
_SIZE_OF_SEMAPHORE = 64  # more than sem_t anywhere; semaphore.h
_libc = ctypes.CDLL(None, use_errno=True)
_named = _multiprocessing.SemLock


class SemLock(_named):  # type: ignore[misc, valid-type]  # of a module without a description
    """A semaphore in the process's own memory, sem_init(3), instead of sem_open(3) and its file in /dev/shm."""

    def __new__(cls, kind: int, value: int, maxvalue: int, name: str, unlink: bool) -> "SemLock":
        memory = ctypes.create_string_buffer(_SIZE_OF_SEMAPHORE)
        if _libc.sem_init(memory, 0, ctypes.c_uint(value)) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        made = cls._rebuild(ctypes.addressof(memory), kind, maxvalue, None)
        made._memory = memory
        return made  # type: ignore[no-any-return]  # of this class, whatever made it


def install() -> None:
    SemLock.__module__, SemLock.__qualname__ = _named.__module__, _named.__qualname__
    _multiprocessing.SemLock = SemLock
    imports.when_imported("multiprocessing.resource_tracker", _track_nothing)
    imports.when_imported("multiprocessing.heap", _use_temporary_files)
    _share_in_own_folder()
    _know_own_user()


def _track_nothing(tracking: ModuleType) -> None:
    """It would start a process that removes what others leave; here everything goes with the run's folder."""
    tracking.ResourceTracker._send = lambda *_: None


def _use_temporary_files(heap: ModuleType) -> None:
    heap.Arena._dir_candidates = []


def _share_in_own_folder() -> None:
    import _posixshmem

    def shm_open(path: str, flags: int, mode: int = 0o777) -> int:
        return os.open(_shared(path), flags | os.O_CLOEXEC | os.O_NOFOLLOW, mode)

    def shm_unlink(path: str) -> None:
        os.unlink(_shared(path))

    _posixshmem.shm_open, _posixshmem.shm_unlink = shm_open, shm_unlink


def _shared(path: str) -> str:
    return os.path.dirname(main_module.work()) + _SHARED_FOLDER + "/" + path.lstrip("/")


def _know_own_user() -> None:
    """/etc/passwd names the accounts of the host and is not to be read."""
    by_id, by_name = pwd.getpwuid, pwd.getpwnam

    def own() -> Optional[Any]:
        home = os.path.dirname(main_module.work())
        return pwd.struct_passwd(("user", "x", os.getuid(), os.getgid(), "user", home, "/bin/sh"))

    def getpwuid(uid: int) -> Any:
        return own() if uid == os.getuid() else by_id(uid)

    def getpwnam(name: str) -> Any:
        return own() if name == "user" else by_name(name)

    pwd.getpwuid, pwd.getpwnam = getpwuid, getpwnam
