"""Commands of ours that work for one run, such as slirp4netns and nft. The supervisor never waits for one."""

from __future__ import annotations

import os
import resource
import signal
from types import MappingProxyType
from typing import Callable, Iterable, List, Mapping

from ..events import loop
from ..kernel import nft, syscalls

BROKEN = 127  # exit status of one that could not be started
MOST_BYTES = 256 << 10  # of what one says
JOB_SECONDS = 10.0


class Helper:
    """A process that lives until it is killed; `pidfd` tells its end. The supervisor's handler of SIGCHLD waits for it."""

    def __init__(
        self,
        command: List[str],
        prepare: Callable[[], None],
        stdin: int = -1,
        stdout: int = -1,
        stderr: int = -1,
        kept: Iterable[int] = (),
        limits: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """`prepare` is called in the new process: it may take its time, and leaves root. Raises OSError.

        `limits` are those of resource(3), by name, of the command: this process may have more already.

        The streams are nowhere unless given, and stay the caller's, as those do that it keeps under their numbers. Why the command
        could not be started is told on `stderr`.
        """
        parent = os.getpid()
        ours = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})  # its id is not given out again before the pidfd
        try:
            self.pid = os.fork()
            if self.pid == 0:
                _become(command, lambda: _end_with(parent, prepare), [stdin, stdout, stderr], kept, limits, ours)
            self.pidfd = os.pidfd_open(self.pid)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, ours)

    def kill(self) -> None:
        """And forgets it."""
        if self.pidfd >= 0:
            try:
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it has ended
            os.close(self.pidfd)
            self.pidfd = -1


def _end_with(parent: int, prepare: Callable[[], None]) -> None:
    """It ends with the supervisor: the kernel forgets such a wish when an identity changes, so it comes last; prctl(2)."""
    prepare()
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(BROKEN)


def _become(
    command: List[str],
    prepare: Callable[[], None],
    streams: List[int],
    kept: Iterable[int],
    limits: Mapping[str, int],
    mask: Iterable[int],
) -> None:
    """Never returns."""
    try:
        for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        prepare()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for target, stream in enumerate(streams):
            os.dup2(stream if stream >= 0 else nowhere, target)
        for descriptor in kept:
            os.set_inheritable(descriptor, True)
        os.chdir("/")
        for name, value in limits.items():
            _lower(getattr(resource, name), value)
        os.execve(command[0], command, {"PATH": nft.SEARCH_PATH})
    except Exception as e:  # whatever it is, this process ends
        if streams[2] >= 0:
            os.write(streams[2], repr(e).encode(errors="replace"))
    finally:
        os._exit(BROKEN)


def _lower(which: int, value: int) -> None:
    _, ours = resource.getrlimit(which)
    value = value if ours == resource.RLIM_INFINITY else min(value, ours)
    resource.setrlimit(which, (value, value))


class Job:
    """A helper that is asked something and answers with what it prints; bounded in time and in bytes."""

    def __init__(
        self,
        events: loop.Loop,
        command: List[str],
        prepare: Callable[[], None],
        on_answer: Callable[[bytes], None],
        stdin: bytes = b"",
        seconds: float = JOB_SECONDS,
    ) -> None:
        """`on_answer` gets nothing when it says nothing, says too much, or takes too long. Raises OSError."""
        self._loop = events = events.guarded(lambda: self._finish(b""))
        self._on_answer = on_answer
        self._text = b""
        self._finished = False
        self._output, theirs = os.pipe2(os.O_CLOEXEC)
        asked = _file(stdin)
        try:
            self._helper = Helper(command, prepare, asked, theirs)
        except OSError:
            os.close(self._output)
            raise
        finally:
            os.close(theirs)
            os.close(asked)
        events.watch(self._output, loop.READ, self._on_output)
        self._timer = events.later(seconds, lambda: self._finish(b""))

    def _on_output(self, _: int) -> None:
        data = os.read(self._output, 1 << 16)
        self._text += data
        if len(self._text) > MOST_BYTES:
            self._finish(b"")
        elif not data:
            self._finish(self._text)

    def _finish(self, answer: bytes) -> None:
        if self._finished:
            return
        self._finished = True
        self._timer.cancel()
        self._loop.forget(self._output)
        os.close(self._output)
        self._helper.kill()
        self._on_answer(answer)


def _file(content: bytes) -> int:
    """A descriptor from which it can be read, however long it is."""
    descriptor = os.memfd_create("asked", os.MFD_CLOEXEC)
    with open(os.dup(descriptor), "wb") as file:
        file.write(content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
