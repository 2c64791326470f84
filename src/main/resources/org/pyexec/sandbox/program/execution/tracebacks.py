"""What the interpreter does with an exception that nobody handled, and which limit was behind it."""

from __future__ import annotations

import functools
import io
import linecache
import resource
import signal
import sys
import traceback
from types import TracebackType
from typing import Any, Generator, Iterator, List, NamedTuple, Optional, Tuple

from . import advice, bottom, causes
from ...policy import policy
from ...wire import text as texts

LAST = ("last_type", "last_value", "last_traceback", "last_exc")  # where sys keeps it
_hook = _display = sys.__excepthook__  # the interpreter's own words; the traceback module's differ in some versions


class Ended(NamedTuple):
    """How the program's own code ended."""

    code: int
    traceback: str = ""
    limit: str = ""  # memory, disk, processes or files, when that limit caused the exception
    exception: Optional[Tuple[str, str]] = None  # type and text of what was raised
    signal: int = 0  # by which the process still has to end itself, as Python does after KeyboardInterrupt


Ending = Generator[bottom.Step, None, Ended]


def end(e: BaseException, source: bytes, work: str, file: str = policy.PROGRAM) -> Ending:
    """Prints what python3 would print; `source` is that of the file. The first frame of the traceback is not the program's.

    The program's own hook is called with nothing below it, in a step of bottom.py.
    """
    e = _without_first_frame(e)
    if isinstance(e, SystemExit):
        return _exited(e)
    limit = _limit_behind(e, source, work, file)
    _give_room_for_last_words()
    know_source(source, file)
    _give_line(e, file)
    return (yield from _raised(e, limit, work))


def _limit_behind(e: BaseException, source: bytes, work: str, file: str) -> str:
    """Measured before there is more room."""
    try:
        know_source(source, file)
        return causes.limit_behind(e, work)
    except MemoryError:
        return "memory"


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
    while each is not None and each.tb_frame.f_code.co_filename.startswith(policy.SHOWN_FOLDER):
        each = each.tb_next
    return each


def _exited(e: SystemExit) -> Ended:
    if e.code is None:
        return Ended(0)
    if isinstance(e.code, int):
        return Ended(e.code if -sys.maxsize <= e.code <= sys.maxsize else -1)
    words = _text(e.code)
    print_error(words + "\n")
    return Ended(1, texts.beginning(words, policy.MAX_TRACEBACK_BYTES // 4))


def _text(code: object) -> str:
    try:
        return str(code)
    except BaseException:  # as quiet as the interpreter itself
        return ""


def _raised(e: BaseException, limit: str, work: str) -> Ending:
    text = format_exception(e)
    for name, value in zip(LAST, (type(e), e, e.__traceback__, e)):
        if name != "last_exc" or sys.version_info >= (3, 12):
            setattr(sys, name, value)
    if getattr(sys, "excepthook", _hook) is _hook:
        print_error(text)
    else:
        exited = yield from _call_hook(e, text)
        if exited is not None:
            return exited
    stopped_by = signal.SIGINT if isinstance(e, KeyboardInterrupt) else 0
    return Ended(1, _advice(e, work) + text, limit, _described(e), stopped_by)


def _described(e: BaseException) -> Tuple[str, str]:
    """The name of its class and its text, which is the program's own code."""
    kind = type(e).__name__
    return texts.beginning(str(kind), policy.MAX_EXCEPTION_TYPE), texts.beginning(_text(e), policy.MAX_EXCEPTION_VALUE)


def _advice(e: BaseException, work: str) -> str:
    """What there is instead of what is missing; empty where nothing is to be said."""
    try:
        words = advice.of(e, has_places=work == policy.WORK)
    except Exception:  # it may be of a class of the program's
        words = ""
    return words and f"{words}\n\n"


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


def _call_hook(e: BaseException, text: str) -> Generator[bottom.Step, None, Optional[Ended]]:
    """How the program ended if its hook exits."""
    raised = yield from _hooked("excepthook", type(e), e, e.__traceback__)
    if isinstance(raised, SystemExit):
        return _exited(raised)
    if raised is not None:
        worse = format_exception(_without_first_frame(raised))
        print_error(f"Error in sys.excepthook:\n{worse}\nOriginal exception was:\n{text}")
    return None


def _hooked(name: str, *arguments: object) -> Generator[bottom.Step, None, Optional[BaseException]]:
    """What a hook of sys has raised, which the program may have set to anything."""
    hook = getattr(sys, name)
    if not callable(hook):
        return TypeError(f"'{type(hook).__name__}' object is not callable")
    return (yield from bottom.called(functools.partial(hook, *arguments)))


def ignored(e: BaseException, where: object) -> Iterator[bottom.Step]:
    """What cannot be raised any more is told as the interpreter does; PyErr_WriteUnraisable in its errors.c."""
    e = _without_first_frame(e)
    if getattr(sys, "unraisablehook", sys.__unraisablehook__) is sys.__unraisablehook__:
        print_error(f"Exception ignored in: {where!r}\n{format_exception(e)}")
    else:
        made: Any = sys.UnraisableHookArgs
        told = made((type(e), e, e.__traceback__, None, where))
        yield from _hooked("unraisablehook", told)


def _give_room_for_last_words() -> None:
    for which in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        soft, hard = resource.getrlimit(which)
        if soft != resource.RLIM_INFINITY:
            room = soft + policy.LAST_WORDS_BYTES
            resource.setrlimit(which, (room if hard == resource.RLIM_INFINITY else min(room, hard), hard))
