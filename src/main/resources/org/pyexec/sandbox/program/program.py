"""Runs one program as `python3 main.py` would, in a process that already has an interpreter, and reports its end."""

from __future__ import annotations

import os
import resource
import signal
import sys
import types
from typing import Any, Dict, Iterator, NoReturn, Optional, Tuple

from . import closing, main_module
from ..policy import policy
from ..wire import notes as notes_of_run, report, request
from .display import display
from .execution import bottom, coding, fence, handlers, last_expression, tracebacks
from .figures import figures

_REHEARSALS = {  # by the module that must be there already
    "sys": b"print(end='')\n",
    "numpy": b"import numpy as np\nnp.arange(9.0).sum()\n",
    "pandas": b"import pandas as pd\npd.DataFrame({'a': [1.0]}).a\n",
}
_DRAWING = "matplotlib"  # its image is for programs that draw, beside which data frames cost little, and is large enough
_FOR_SESSIONS = "\nLines that begin with ! or % are those of notebooks, and are understood in sessions: POST /sessions.\n"

# Bound before any program runs, which may replace what these modules have.
_set_handler, _kill, _pid, _close, _exit = signal.signal, os.kill, os.getpid, os.close, os._exit

notes = notes_of_run.Told()  # for the answer


class Run:
    """A bottom.Duty, behind which nothing follows. A child that the program forks reports nothing."""

    file = policy.PROGRAM
    flags = 0

    def __init__(self, source: bytes, writer: report.Writer, shows: bool) -> None:
        self.source = source
        unfenced = fence.without(source)
        if unfenced is not source:
            notes.add("The Markdown fence around the program was left out.")
        text = coding.text_of(unfenced)
        self.body: Any = text
        self.last: Any = None
        if shows:
            self.body, self.last = last_expression.split(unfenced)
            shown = display.Displays(writer.results, main_module.work())
            self.show = shown.result
            display.show_on(shown)
        figures.begin(main_module.work())
        self.names = main_module.names()
        self.raised: Optional[BaseException] = None
        self._writer = writer
        self._owner = _pid()
        self._before, _ = usage()
        self._handlers = handlers.Handlers()
        main_module.write_source(coding.in_file(source) if isinstance(text, str) else source)
        if isinstance(text, str):  # whoever reads the lines in the file would decode them as the comment says
            tracebacks.know_source(source)
            tracebacks.show_known_sources()
        told = notes.so_far()
        if told:
            writer.runs(told)

    def begin(self) -> None:
        pass

    def pause(self) -> None:
        self._handlers.hold()

    def end(self) -> Iterator[bottom.Step]:
        ended = tracebacks.Ended(1)
        try:
            ended = yield from self._how()
            yield from closing.steps(main_module.module(), self._handlers)
        except BaseException as e:  # threads and hooks of the program may interrupt anything
            tracebacks.print_error(tracebacks.format_exception(tracebacks.without_our_frames(e)))
        try:
            if _pid() == self._owner:
                cpu, peak = usage()
                told = described(ended, cpu - self._before, peak)
                if ended.signal:
                    told["signal"] = str(int(ended.signal)).encode()
                self._writer.done(told)
        finally:
            leave(ended)

    def _how(self) -> tracebacks.Ending:
        """Holds on to the exception no longer than it takes, since it holds on to the program's objects."""
        e, self.raised = self.raised, None
        if e is None:
            return tracebacks.Ended(0)
        is_of_file = isinstance(e, SyntaxError) and e.filename == self.file
        is_of_notebook = is_of_file and _begins_as_in_a_notebook(self.source, getattr(e, "lineno", None))
        ending = tracebacks.end(e, self.source, main_module.work())
        del e
        ended = yield from ending
        if is_of_notebook:
            ended = ended._replace(traceback=ended.traceback + _FOR_SESSIONS)
        return ended


def made(source: bytes, writer: report.Writer, shows: bool) -> Run:
    """Ends the process where the program's files have left no room for the program itself."""
    try:
        return Run(source, writer, shows)
    except OSError as e:
        if e.errno not in request.FULL:
            raise
        end_without_room(writer)


def end_without_room(writer: report.Writer) -> NoReturn:
    """The files are larger than what the program may write."""
    try:
        os.unlink(main_module.path())  # it would be taken for what the program left
    finally:
        writer.done(described(tracebacks.Ended(1, limit="disk"), 0, 0))
        _exit(1)


def _begins_as_in_a_notebook(source: bytes, line: Optional[int]) -> bool:
    lines = tracebacks.lines_of(source)
    return line is not None and 0 < line <= len(lines) and lines[line - 1].lstrip().startswith(("!", "%"))


def leave(ended: tracebacks.Ended) -> NoReturn:
    """Ends the process as the program has ended."""
    try:
        if ended.signal:
            _set_handler(ended.signal, signal.SIG_DFL)
            _kill(_pid(), ended.signal)
        # The supervisor takes the end of both streams for the sign to look at the report: a big process takes
        # milliseconds to be taken down, and the answer need not wait for that.
        for stream in (1, 2):
            try:
                _close(stream)
            except OSError:
                pass
    finally:
        _exit(ended.code & 255)


def usage() -> Tuple[float, int]:
    """Processor seconds of this process and of those that it has waited for, and the largest resident memory in bytes."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
    return cpu, max(own.ru_maxrss, others.ru_maxrss) * 1024


def described(ended: tracebacks.Ended, cpu: float, peak: int) -> Dict[str, bytes]:
    """As the supervisor reads it; ending.py."""
    return {
        "code": str(ended.code & 255).encode(),
        "traceback": ended.traceback.encode("utf-8", "backslashreplace"),
        "limit": ended.limit.encode(),
        "cpu": str(round(cpu * 1e6)).encode(),
        "peak": str(peak).encode(),
        **_exception(ended),
        **notes.take(),
    }


def _exception(ended: tracebacks.Ended) -> Dict[str, bytes]:
    if ended.exception is None:
        return {}
    kind, value = ended.exception
    return {
        "exception-type": kind.encode("utf-8", "backslashreplace"),
        "exception-value": value.encode("utf-8", "backslashreplace"),
    }


def last_steps(held: handlers.Handlers) -> Iterator[bottom.Step]:
    """In a process that the program of a session has forked."""
    return closing.steps(main_module.module(), held)


def rehearse() -> None:
    """Goes through a run once, in a module that is thrown away.

    In the zygote it does for good what happens only once per process. In the child it is about memory: after a fork every
    page that is written for the first time is copied, and the rehearsal does that ahead of the request.
    """
    for module, code in list(_REHEARSALS.items()):
        if module in sys.modules and not (module == "pandas" and _DRAWING in sys.modules):
            try:
                compiled = compile(code, policy.PROGRAM, "exec", dont_inherit=True)
                bottom.rehearse(compiled, types.ModuleType("__main__").__dict__)
            except Exception as e:  # in the zygote, whose children need not try what does not work
                tracebacks.print_error(f"rehearsal with {module}: {type(e).__name__}: {e}\n")
                del _REHEARSALS[module]
    figures.begin(main_module.work())
    closing.rehearse()
    described(tracebacks.Ended(0), *usage())
