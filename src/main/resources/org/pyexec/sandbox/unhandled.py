"""What the interpreter does with an exception that nobody handled, and which limit was behind it."""

from __future__ import annotations

import errno
import io
import linecache
import os
import resource
import signal
import sys
import traceback
from types import TracebackType
from typing import Iterator, List, NamedTuple, Optional

from . import policy, sources

LAST = ("last_type", "last_value", "last_traceback", "last_exc")  # where sys keeps it
_display = sys.__excepthook__  # the interpreter's own words; the traceback module's differ in some versions


class Ended(NamedTuple):
    """How the program's own code ended."""

    code: int
    traceback: str = ""
    limit: str = ""  # memory, disk or processes, when that limit caused the exception
    signal: int = 0  # by which the process still has to end itself, as Python does after KeyboardInterrupt


def end(e: BaseException, source: bytes, file: str = policy.PROGRAM) -> Ended:
    """Prints what python3 would print; `source` is that of the file. The first frame of the traceback is not the program's."""
    e = _without_first_frame(e)
    if isinstance(e, SystemExit):
        return _exited(e)
    _give_room_for_last_words()
    know_source(source, file)
    _give_line(e, file)
    return _raised(e)


def know_source(code: bytes, file: str = policy.PROGRAM) -> None:
    """Tracebacks find the lines of the program wherever it has changed to."""
    linecache.cache[file] = (len(code), None, [line + "\n" for line in lines_of(code)], file)


def lines_of(code: bytes) -> List[str]:
    """As the interpreter counts them: it knows all three ways to end a line, and no others, and takes no notice of a BOM."""
    text = code.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return text[text.startswith("\ufeff") :].split("\n")


def _give_line(e: BaseException, file: str) -> None:
    """The compiler, unlike the parser, takes the line of an error from a file, and there may be none."""
    if isinstance(e, SyntaxError) and e.filename == file and e.text is None and e.lineno is not None:
        e.text = linecache.getline(file, e.lineno) or None


def show_known_sources() -> None:
    """From here on tracebacks have the lines that know_source was told, and not those of files of the same name."""
    global _display
    _display = traceback.print_exception


def _without_first_frame(e: BaseException) -> BaseException:
    """That which executes the program; and without those of ours above it."""
    return without_our_frames(e.with_traceback(e.__traceback__.tb_next if e.__traceback__ else None))


def without_our_frames(e: BaseException) -> BaseException:
    """The exception, whose traceback has none but the program's own and the libraries'."""
    e = e.with_traceback(_next_of_others(e.__traceback__))
    each = e.__traceback__
    while each is not None:
        following = _next_of_others(each.tb_next)
        if following is not each.tb_next:
            each.tb_next = following
        each = following
    return e


def _next_of_others(each: Optional[TracebackType]) -> Optional[TracebackType]:
    while each is not None and each.tb_frame.f_code.co_filename.startswith(sources.SHOWN_FOLDER):
        each = each.tb_next
    return each


def _exited(e: SystemExit) -> Ended:
    if e.code is None:
        return Ended(0)
    if isinstance(e.code, int):
        return Ended(e.code if -sys.maxsize <= e.code <= sys.maxsize else -1)
    print_error(_text(e.code) + "\n")
    return Ended(1)


def _text(code: object) -> str:
    try:
        return str(code)
    except BaseException:  # as quiet as the interpreter itself
        return ""


def _raised(e: BaseException) -> Ended:
    limit = _limit_behind(e)
    text = format_exception(e)
    for name, value in zip(LAST, (type(e), e, e.__traceback__, e)):
        if name != "last_exc" or sys.version_info >= (3, 12):
            setattr(sys, name, value)
    if sys.excepthook is sys.__excepthook__:
        print_error(text)
    else:
        exited = _call_hook(e, text)
        if exited is not None:
            return exited
    return Ended(1, text, limit, signal.SIGINT if isinstance(e, KeyboardInterrupt) else 0)


def format_exception(e: BaseException) -> str:
    stderr, words = sys.stderr, io.StringIO()
    sys.stderr = words
    try:
        _display(type(e), e, e.__traceback__)
    except BaseException:  # no memory left
        pass
    finally:
        sys.stderr = stderr
    text = words.getvalue() or f"{type(e).__name__}\n"
    excess = len(text) - policy.MAX_TRACEBACK_BYTES // 4
    if excess > 0:
        half = policy.MAX_TRACEBACK_BYTES // 8
        text = f"{text[:half]}\n[{excess} characters left out]\n{text[-half:]}"
    return text


def print_error(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except BaseException:  # closed, replaced or None: as quiet as the interpreter itself
        pass


def _call_hook(e: BaseException, text: str) -> Optional[Ended]:
    """How the program ended if its hook exits."""
    try:
        sys.excepthook(type(e), e, e.__traceback__)
        return None
    except SystemExit as exited:
        return _exited(exited)
    except BaseException as raised:
        worse = _without_first_frame(raised)
    print_error("Error in sys.excepthook:\n" + format_exception(worse) + "\nOriginal exception was:\n" + text)
    return None


# --- which limit ---------------------------------------------------------------------------------------------------


def _give_room_for_last_words() -> None:
    for which in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        _, hard = resource.getrlimit(which)
        resource.setrlimit(which, (hard, hard))


def _limit_behind(e: BaseException) -> str:
    for each in _causes(e):
        if isinstance(each, MemoryError):
            return "memory"
        if isinstance(each, OSError) and each.errno == errno.ENOMEM:
            return "memory"
        if isinstance(each, OSError) and each.errno in (errno.ENOSPC, errno.EFBIG):
            return "disk"
        if isinstance(each, OSError) and each.errno == errno.EAGAIN and (not _can_fork() or _came_from_fork(each)):
            return "processes"
        if isinstance(each, RuntimeError) and str(each) == "can't start new thread":
            return "memory" if _can_fork() else "processes"
    return ""


def _causes(e: Optional[BaseException]) -> Iterator[BaseException]:
    for _ in range(16):
        if e is None:
            return
        yield e
        e = e.__cause__


def _can_fork() -> bool:
    try:
        pid = os.fork()
    except OSError:
        return False
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True


def _came_from_fork(e: BaseException) -> bool:
    """Whether the innermost line of the traceback forks: the same errno comes from sockets that would block."""
    last = e.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None:
        return False
    name = last.tb_frame.f_code.co_filename
    return "fork" in linecache.getline(name, last.tb_lineno) or "fork" in last.tb_frame.f_code.co_name
