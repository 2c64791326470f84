"""Which limit was behind an exception that nobody handled: what can be measured, not what its class suggests.

In the program's own process: a program that deceives this lies about its own run.
"""

from __future__ import annotations

import _thread
import errno
import linecache
import math
import mmap
import opcode
import os
import re
import resource
from types import TracebackType
from typing import Dict, Iterator, Optional

MOST_CAUSES = 16
FULL_BYTES = 1 << 20  # free in a folder that counts as full
PART_OF_MEMORY = 8  # that cannot be had any more where memory is used up
STACK_BYTES = 8 << 20  # of a thread, where the program has said nothing
SMALL_STACK_BYTES = 512 << 10  # with what libraries in C keep for each thread

# What programs may lower for themselves, by what could be behind an exception then.
_LOWERED = {
    "memory": (resource.RLIMIT_AS, resource.RLIMIT_DATA),
    "processes": (resource.RLIMIT_NPROC, resource.RLIMIT_AS, resource.RLIMIT_DATA),
    "disk": (resource.RLIMIT_FSIZE,),
    "files": (resource.RLIMIT_NOFILE,),
}
_LIMITS = tuple({each for group in _LOWERED.values() for each in group})
_given: Dict[int, float] = {}  # soft limits, which the program has found

_stack_size = _thread.stack_size  # the interpreter's own: that of stacks.py makes room
_places = ("/tmp", "/dev/shm")  # beside the working folder
_RAISE = opcode.opmap["RAISE_VARARGS"]
# Their MemoryError may be about the parser's stack, which is of fixed size; Parser/parser.c in CPython, MAXSTACK.
_compiles = re.compile(r"\b(?:eval|exec|compile|parse|literal_eval|import|import_module|__import__)\b").search
_forks = re.compile(r"fork").search


def remember_limits() -> None:
    """Before a program begins: what it sets itself is no limit of the server's."""
    for which in _LIMITS:
        _given[which] = _soft(which)


def limit_behind(e: BaseException, work: str) -> str:
    """memory, disk, processes or files; empty when none was. `work`: the working folder. Called before limits are raised."""
    try:
        for each in _causes(e):
            limit = _limit_of(each, work)
            if limit:
                return "" if _is_own(limit) else limit
        return ""
    except MemoryError:
        return "" if _is_own("memory") else "memory"


def _is_own(limit: str) -> bool:
    """Whether the program has set a lower one, which comes first."""
    return any(_soft(which) < _given.get(which, 0) for which in _LOWERED[limit])


def _soft(which: int) -> float:
    soft, _ = resource.getrlimit(which)
    return math.inf if soft == resource.RLIM_INFINITY else soft


def _limit_of(e: BaseException, work: str) -> str:
    if isinstance(e, MemoryError):
        return "memory" if _is_of_allocation(e) or _memory_is_used_up() else ""
    if _is_raised_by_python(e):
        return ""
    if isinstance(e, OSError):
        return _limit_of_call(e, work)
    if isinstance(e, RuntimeError) and str(e) == "can't start new thread":
        return _limit_of_threads()
    return ""


def _limit_of_threads() -> str:
    stack = _stack_size()
    _stack_size(stack)  # asking has set it to the usual one
    has_room = _can_map(stack or STACK_BYTES)
    if not has_room and stack == 0 and _is_used_up_by_stacks():
        return "processes"
    if not _can_map(2 * SMALL_STACK_BYTES):
        return "memory"
    if not _can_start_thread():
        return "processes"
    return "" if has_room else "memory"


def _limit_of_call(e: OSError, work: str) -> str:
    """Of a system call that has failed."""
    if e.errno == errno.ENOMEM:  # at the kernel's word: what was missing may be there again
        return "memory"
    if e.errno == errno.EFBIG:  # RLIMIT_FSIZE, which is as much as all files may have
        return "disk"
    if e.errno == errno.ENOSPC:
        return "disk" if any(map(_is_full, (work, *_places))) else ""
    if e.errno == errno.EAGAIN and (not _can_start_thread() or _forks(innermost_line(e))):
        return "processes"
    if e.errno == errno.EMFILE and not _can_open():
        return "files"
    return ""


def _causes(e: Optional[BaseException]) -> Iterator[BaseException]:
    for _ in range(MOST_CAUSES):
        if e is None:
            return
        yield e
        e = e.__cause__


# --- where it comes from -----------------------------------------------------------------------------------------


def _is_of_allocation(e: BaseException) -> bool:
    """Whether an allocation has failed, which was as large as it was, and not the parser or a raise statement."""
    return e.__traceback__ is not None and not _is_raised_by_python(e) and not _compiles(innermost_line(e))


def _innermost(e: BaseException) -> Optional[TracebackType]:
    last = e.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return last


def innermost_line(e: BaseException) -> str:
    """Of the source where it was raised, with the name of the function."""
    last = _innermost(e)
    if last is None:
        return ""
    code = last.tb_frame.f_code
    return f"{linecache.getline(code.co_filename, last.tb_lineno)} {code.co_name}"


def _is_raised_by_python(e: BaseException) -> bool:
    """By a raise statement, and not by the interpreter or a library in C."""
    last = _innermost(e)
    if last is None:
        return False
    code = last.tb_frame.f_code.co_code
    return 0 <= last.tb_lasti < len(code) and code[last.tb_lasti] == _RAISE


# --- measurements ------------------------------------------------------------------------------------------------


def _memory_is_used_up() -> bool:
    """Now, or it has been nearly so at some time."""
    soft, _ = resource.getrlimit(resource.RLIMIT_DATA)
    if soft == resource.RLIM_INFINITY:
        return False
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return peak > soft - soft // PART_OF_MEMORY or not _can_map(soft // PART_OF_MEMORY)


def _is_used_up_by_stacks() -> bool:
    """More than half of it, and that only because there are so many threads."""
    soft, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return soft != resource.RLIM_INFINITY and 2 * _thread._count() * STACK_BYTES > soft


def _can_map(size: int) -> bool:
    """Memory that nobody touches counts too; mmap(2), getrlimit(2)."""
    try:
        mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
        return True
    except (OSError, MemoryError):
        return False


def _is_full(folder: str) -> bool:
    """In bytes or in files; statvfs(3)."""
    try:
        status = os.statvfs(folder)
    except OSError:
        return False
    return status.f_bavail * status.f_frsize < FULL_BYTES or (status.f_files > 0 and status.f_favail == 0)


def _can_start_thread() -> bool:
    """Whether the limit of processes, which counts threads, has not been reached: clone(2), EAGAIN. Some tiers have no fork."""
    usual = _stack_size(SMALL_STACK_BYTES)
    try:
        _thread.start_new_thread(_nothing, ())
        return True
    except RuntimeError:
        return False
    finally:
        _stack_size(usual)


def _can_open() -> bool:
    """Whether there is a descriptor left; RLIMIT_NOFILE in getrlimit(2)."""
    try:
        os.close(os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC))
        return True
    except OSError:
        return False


def _nothing() -> None:
    pass
