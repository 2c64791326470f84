"""The interpreter of a session: runs one program after another in the same module, in a child that stays.

What a program leaves behind is there for the next one: names, modules, threads, files, the current folder, a patched
library. What would make the next answer wrong is put right before it: the standard streams, the working folder, SIGINT.
In the program's own process, so nothing here is trusted outside.
"""

from __future__ import annotations

import os
import resource
import sys
from typing import Any, Generator, Iterator, List, Optional

from . import channel, closing, filing, inputs, main_module, program, startup
from ..policy import policy
from ..wire import frames, report, request
from .display import display
from .execution import bottom, causes, held, streams, tracebacks
from .figures import figures
from .notebook import notebook

DONE = b"d"  # as the supervisor hears it
_MEMORY = (resource.RLIMIT_AS, resource.RLIMIT_DATA)

# Bound before any program runs, which may replace what these modules have.
_write, _exit, _pid = os.write, os._exit, os.getpid
_limit_of, _set_limit = resource.getrlimit, resource.setrlimit


class Interpreter:
    """What the programs of one session share."""

    def __init__(self, writer: report.Writer, control: int, luggage: Any = None) -> None:
        """`luggage` is a fresh.Luggage, with which the first program can have an interpreter of its own."""
        self.writer = writer
        self._luggage = luggage
        self.control = control
        self.word = -1  # where it is said that a program has ended
        self.signals = held.Signals()
        self.builtins = held.Builtins()
        self.recursion = sys.getrecursionlimit()  # the programs'
        self.streams = streams.Streams()
        self._channel = channel.Channel(control)
        self._count = 0
        self._placed: frames.Fields = []
        self.signals.hold()
        causes.remember_limits()
        tracebacks.show_known_sources()
        if luggage is not None:
            os.unlink(policy.PROGRAM)  # a session has none, and whoever makes one keeps it
        self.notebook = notebook.Notebook(main_module.names(), main_module.work())

    def next(self) -> "Turn":
        """Waits for a program. Threads of those before may go on meanwhile."""
        stdin = -1
        kind, payload, handed = self._channel.next_frame(self.builtins)
        while kind != frames.REQUEST:
            stdin = handed if kind == frames.STDIN else stdin
            self.word = handed if kind == frames.WORD else self.word
            if kind == frames.ERRAND:
                self._run_errand(frames.decode(payload))
            kind, payload, handed = self._channel.next_frame(self.builtins)
        fields = frames.decode(payload) + self._placed
        self._placed = []
        self._prepare(fields, stdin)
        return self.begin(fields, stdin)

    def _run_errand(self, fields: frames.Fields) -> None:
        self.writer.done(filing.run(fields, self.control, main_module.work()))
        if self._luggage is not None:
            self._placed += [(startup.PLACED, value) for name, value in fields if name == "input"]
        _write(self.word, DONE)

    def begin(self, fields: frames.Fields, stdin: int) -> "Turn":
        """A program that has come, but for its files."""
        self._count += 1
        files = request.inputs_of(fields)
        return Turn(self, self._count, fields, files, inputs.Contents(files, self.control), stdin)

    def _prepare(self, fields: frames.Fields, stdin: int) -> None:
        """The first program may need a fresh interpreter, which goes on then; for others it is too late."""
        luggage, self._luggage = self._luggage, None
        if luggage is None:
            late = startup.late_variables(fields)
            if late:
                program.notes.add(startup.WITHOUT_EFFECT % startup.named(late))
            return
        reasons = luggage.reasons(fields)
        if reasons:
            brought = {"fields": fields, "notes": reasons, "session": (stdin, self.word)}
            program.notes.add(luggage.leave(brought, [self.control, stdin, self.word]))
        luggage.stay()

class Turn:
    """One program of a session: a bottom.Duty."""

    def __init__(
        self,
        session: Interpreter,
        number: int,
        fields: frames.Fields,
        files: List[request.Input],
        contents: inputs.Contents,
        stdin: int,
    ) -> None:
        given = dict(fields)
        self.source = given["code"]
        # A function of an earlier program must not be shown with the lines of a later one.
        self.file = policy.PROGRAM if number == 1 else f"{policy.PROGRAM} (run {number})"
        self.names = main_module.names()
        self.raised: Optional[BaseException] = None
        self.recursion = session.recursion
        self._shown = display.Displays(session.writer.results, main_module.work(), session.notebook.shell.display_formatter)
        self.body: Any = b""  # of the program, but for its last expression
        self.last: Any = None
        self.flags = 0
        self._session = session
        self._fields = fields
        self._files = files
        self._contents = contents
        self._stdin = stdin
        self._owner = _pid()
        self._refused: Optional[tracebacks.Ended] = None

    def begin(self) -> None:
        """What it raises counts as raised by the program."""
        session = self._session
        self._cpu_before, _ = program.usage()
        _go_to_work()
        session.streams.restore(self._stdin)
        self._place()
        inputs.put_on_stage(self._fields)
        display.show_on(self._shown)
        figures.begin(main_module.work())
        tracebacks.know_source(self.source, self.file)
        cell = session.notebook.read(self.source, self.file, self._shown)
        session.builtins.release()
        sys.setrecursionlimit(session.recursion)
        session.signals.release()
        session.writer.runs(program.notes.so_far())
        session.notebook.run(cell)
        self.body, self.last, self.flags = cell.body, cell.last, session.notebook.flags

    def show(self, value: object) -> None:
        """The value of the last expression."""
        self._session.builtins.hold()
        try:
            self._session.notebook.show(value, self._shown)
        finally:
            self._session.builtins.release()

    def _place(self) -> None:
        try:
            inputs.place(self._files, self._contents, os.fsencode(main_module.work()), replace=True)
        except inputs.NoRoom:
            self._refused = tracebacks.Ended(1, limit="disk")
            raise _NotRun() from None
        except OSError as e:
            name = os.fsdecode(e.filename or b"").rpartition(main_module.work() + "/")[2]
            self._refused = tracebacks.Ended(1, f"The file {name} cannot be placed: {e.strerror}")
            raise _NotRun() from None
        finally:
            self._contents.skip()

    def pause(self) -> None:
        """Handlers of the program's do not interrupt what comes now."""
        self._session.signals.hold()

    def end(self) -> "Generator[bottom.Step, None, Turn]":
        """Reports, and returns the next one. What fails here is the end of the session."""
        try:
            self._session.signals.hold()
            self._session.builtins.hold()
            if _pid() != self._owner:
                yield from self._leave_fork()
            yield from self._conclude()
            return self._session.next()
        except BaseException:
            _exit(policy.BROKEN_STATUS)

    def _conclude(self) -> Iterator[bottom.Step]:
        self._session.recursion = self.recursion
        limits = [(which, _limit_of(which)) for which in _MEMORY]
        ended = yield from self._how()
        self._report(ended)
        for which, limit in limits:
            _set_limit(which, limit)
        _write(self._session.word, DONE)

    def _how(self) -> Generator[bottom.Step, None, tracebacks.Ended]:
        e, self.raised = self.raised, None
        if self._refused is not None:
            return self._refused
        if e is None:
            return tracebacks.Ended(0)
        return (yield from tracebacks.end(notebook.without_our_frames(e), self.source, main_module.work(), self.file))

    def _report(self, ended: tracebacks.Ended) -> None:
        try:
            figures.save_open(then_close=True)
        except BaseException as e:
            tracebacks.print_error(tracebacks.format_exception(e))
        closing.flush()
        cpu, peak = program.usage()
        told = program.described(ended, cpu - self._cpu_before, peak)
        if ended.signal:
            told.update(code=str(128 + ended.signal).encode(), interrupted=b"1")
        self._session.writer.done(told)

    def _leave_fork(self) -> Iterator[bottom.Step]:
        """A process that the program has forked, and that has run into the program's end."""
        ended = yield from self._how()
        yield from program.last_steps(self._session.signals)
        program.leave(ended)


class _NotRun(BaseException):
    """The program was not even begun."""


def _go_to_work() -> None:
    """Into the working folder, where a program has taken away that in which the interpreter was."""
    work = main_module.work()
    os.makedirs(work, exist_ok=True)
    try:
        os.getcwd()
    except FileNotFoundError:
        os.chdir(work)
