"""The room of one run, as the supervisor sees it: something to kill, folders to read, something to take away.

A cell of the namespaces tier is an init process in fresh namespaces; one of the landlock tier is a folder on disk.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
from typing import Callable, List, Optional, Sequence, Tuple, Union

from . import identities, interface, living, loop, network, policy, processes, scratch
from .voice import say

OnFailed = Callable[[str], None]

ATTEMPTS = 5  # to remove a folder
PAUSE_SECONDS = 60.0  # between them
SLOW_DISK_SECONDS = 0.1  # to make a folder and take it away again
KNOWN_SECONDS = 1.0  # for which that is believed


class NamespaceCell:
    """Made by the zygote and furnished by the child. Its init's pidfd kills everything inside and tells the end."""

    is_session = False
    has_network = True  # of its own, with nothing in it or with rules
    has_rules = False
    stall_seconds = 0.04  # that the supervisor may wait in the kernel: nothing here is on a disk
    way = "namespaces"

    def __init__(self, ids: identities.Ids) -> None:
        self.pidfd = -1
        self._ids = ids
        self._id = ids.take()
        self.top = -1  # handle of a view of the writable folders that changes nothing and follows nothing
        self.parked = 0  # when the child was, in nanoseconds by the clock of files' times: CLOCK_REALTIME_COARSE

    def furnish(self) -> None:
        """What has to be there before the zygote is asked to park; raises OSError."""

    def handles(self) -> List[int]:
        """Descriptors that the child needs besides its streams; they stay ours."""
        return []

    def parameter(self) -> str:
        """The host user id of the program; 0 for the common one."""
        return str(self._id)

    def connect(self, joins: Sequence[int], on_ready: Callable[[], None], on_failed: OnFailed) -> None:
        """The last step, when the child has parked. `joins`: the run's control groups, for processes that help it."""
        on_ready()

    def helpers(self) -> List[int]:
        """Pidfds of processes of ours that work for the run and are counted with it."""
        return []

    def holds_up(self, seconds: float) -> bool:
        """Whether the program is the reason why the supervisor has waited so long in the kernel. Called by the watchdog's thread."""
        return seconds >= self.stall_seconds

    def renew_rules(self, on_done: Callable[[bool], None]) -> None:
        """Before each program of a session: what may be reached is what may be reached now. Says whether that holds."""
        on_done(True)

    def ask_blocked(self, on_answer: Callable[[List[str]], None]) -> None:
        """Calls on_answer with the network targets that were refused, now or a little later."""
        on_answer([])

    def usage(self, pids: List[int]) -> Optional[scratch.Usage]:
        """None: the kernel keeps the limit. In a thread aside; raises OSError."""
        return None

    def remove(self, is_reusable: bool = True) -> None:
        """`is_reusable`: whether no process has its id any more."""
        for descriptor in (self.pidfd, self.top):
            if descriptor >= 0:
                os.close(descriptor)
        self.pidfd = self.top = -1
        if is_reusable:
            self._ids.give_back(self._id)


class NetworkedCell(NamespaceCell):
    """A cell with an interface to the outside, which comes up when the rules are loaded. The program never sees those."""

    has_rules = True

    def __init__(self, ids: identities.Ids, events: loop.Loop, rules: Callable[[], str]) -> None:
        """`rules` are those of the moment; raises OSError."""
        super().__init__(ids)
        self._loop = events
        self._rules = rules
        self._loaded = ""
        self._namespaces: Optional[network.Namespaces] = None
        self._interface: Optional[interface.Interface] = None

    def connect(self, joins: Sequence[int], on_ready: Callable[[], None], on_failed: OnFailed) -> None:
        def on_rules(loaded: bool) -> None:
            if loaded:
                self._raise(joins, on_ready, on_failed)
            else:
                on_failed("nft could not load the rules of the network")

        try:
            self._namespaces = network.Namespaces(processes.pid_behind(self.pidfd))
        except OSError:
            on_failed("the init of a cell ended")
        else:
            # A machine that is busy may have had no memory or process for it.
            self.renew_rules(lambda loaded: on_rules(True) if loaded else self.renew_rules(on_rules))

    def _raise(self, joins: Sequence[int], on_ready: Callable[[], None], on_failed: OnFailed) -> None:
        def on_interface(problem: str) -> None:
            if problem:
                on_failed(problem)
            else:
                on_ready()

        if self._namespaces is None:
            on_failed("the init of a cell ended")
            return
        try:
            self._interface = interface.Interface(
                self._loop, self._namespaces.user, self._namespaces.net, joins, on_interface
            )
        except OSError as e:
            on_failed(f"{interface.SLIRP} could not be started: {e}")

    def helpers(self) -> List[int]:
        return [self._interface.pidfd] if self._interface is not None else []

    def renew_rules(self, on_done: Callable[[bool], None]) -> None:
        def on_loaded(loaded: bool) -> None:
            self._loaded = fresh if loaded else ""
            on_done(loaded)

        try:
            fresh = self._rules()
            if fresh == self._loaded:
                on_done(True)
            elif self._namespaces is None:
                on_done(False)
            else:
                script = network.instead(fresh) if self._loaded else fresh
                self._namespaces.load(self._loop, script, on_loaded)
        except OSError:
            on_done(False)

    def ask_blocked(self, on_answer: Callable[[List[str]], None]) -> None:
        try:
            if self._namespaces is None:
                on_answer([])
            else:
                self._namespaces.ask_blocked(self._loop, on_answer)
        except OSError:
            on_answer([])  # there is no process for it

    def remove(self, is_reusable: bool = True) -> None:
        if self._interface is not None:
            self._interface.close()
            self._interface = None
        if self._namespaces is not None:
            self._namespaces.close()
            self._namespaces = None
        super().remove(is_reusable)


class Probe(threading.Thread):
    """Makes a folder and takes it away again; says when."""

    def __init__(self, path: str) -> None:
        super().__init__(daemon=True)
        self.began = time.monotonic()
        self.ended = 0.0  # not yet
        self._path = path

    def run(self) -> None:
        for change in (os.mkdir, os.rmdir):
            with contextlib.suppress(OSError):  # what fails at once is not slow
                change(self._path)
        self.ended = time.monotonic()


class Folders:
    """Where folder cells lie: one folder per supervisor, away from the private one, since programs pass through it."""

    PREFIX = "pyexec-scratch-"

    def __init__(self, events: loop.Loop) -> None:
        self._loop = events
        self._clear_dead()
        self.top, self._claim = self._make_claimed()
        os.chmod(self.top, 0o711)
        self.zygote_home = os.path.join(self.top, "zygote")
        os.mkdir(self.zygote_home, 0o700)
        self._probe: Optional[Probe] = None

    def remove(self) -> None:
        """When everybody is dead. The supervisor may be about to end: this waits."""
        if not scratch.remove(self.top):
            say("log", f"{self.top} could not be removed")
        self._give_up_claim()

    def is_slow(self) -> bool:
        """Whether the disk lets a change wait that concerns no program, or has not answered yet. Asked every few milliseconds."""
        probe = self._probe
        if probe is None or (probe.ended and time.monotonic() - probe.ended > KNOWN_SECONDS):
            self._probe = Probe(os.path.join(self.zygote_home, "probe"))
            with contextlib.suppress(RuntimeError):  # no thread just now: nothing is known
                self._probe.start()
            return True
        return not probe.ended or probe.ended - probe.began >= SLOW_DISK_SECONDS

    def _give_up_claim(self) -> None:
        if self._claim >= 0:
            os.close(self._claim)
            self._claim = -1

    def leave(self) -> None:
        """When everybody here is dead, and the supervisor goes on."""
        self.remove_one(self.top, self._give_up_claim)

    def remove_one(self, path: str, on_removed: Callable[[], None], attempts: int = ATTEMPTS) -> None:
        """Aside. What cannot be removed is tried again later, and when another supervisor starts here."""

        def on_done(removed: Union[bool, Exception]) -> None:
            if removed is True:
                on_removed()
                return
            say("log", f"{path} could not be removed" + (f": {removed}" if removed else ""))
            if attempts > 1:
                self._loop.later(PAUSE_SECONDS, lambda: self.remove_one(path, on_removed, attempts - 1))

        try:
            self._loop.aside(lambda: scratch.remove(path), on_done)
        except RuntimeError as e:  # no thread just now
            on_done(e)

    def _make_claimed(self) -> Tuple[str, int]:
        """It gets its name when it is claimed already: another supervisor may be looking for those of dead ones."""
        made = tempfile.mkdtemp(prefix=".pyexec-new-", dir="/tmp")
        claim = living.claim(made)
        top = f"/tmp/{self.PREFIX}{os.getpid()}-{made.rpartition('-')[2]}"
        os.rename(made, top)
        return top, claim

    def _clear_dead(self) -> None:
        """What a supervisor left that was killed."""
        for name in os.listdir("/tmp"):
            pid = name[len(self.PREFIX) :].split("-")[0] if name.startswith(self.PREFIX) else ""
            path = os.path.join("/tmp", name)
            with contextlib.suppress(FileNotFoundError):  # somebody else has just removed it
                if pid.isdigit() and os.lstat(path).st_uid == os.getuid() and living.is_dead(pid, path):
                    self.remove_one(path, lambda: None)


class FolderCell:
    """A folder for one run. Killing and the end of processes are the child's own pidfd, which comes later."""

    stall_seconds = 1.0
    longest_stall_seconds = 5.0  # whatever the disk does
    way = "folder"
    has_network = False
    has_rules = False

    def __init__(self, folders: Folders, ids: identities.Ids, number: int, is_session: bool) -> None:
        self.is_session = is_session  # the program may start processes; they are ended by their session
        self.pidfd = -1
        self.top = -1
        self.parked = 0
        self._folders = folders
        self._path = os.path.join(folders.top, str(number))
        self._ids = ids
        self._id = ids.take()

    def furnish(self) -> None:
        paths = [self._path] + [os.path.join(self._path, name) for name in policy.SCRATCH_DIRECTORIES]
        for path in paths:
            os.mkdir(path, 0o700)
            if os.getuid() == 0:
                os.chown(path, self._user(), self._user())
        self.top = os.open(self._path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)

    def handles(self) -> List[int]:
        return [self.top]

    def parameter(self) -> str:
        return str(self._user())

    def _user(self) -> int:
        """The program's; 0 where identities cannot be changed."""
        return self._id or (policy.UNPRIVILEGED_ID if os.getuid() == 0 else 0)

    def connect(self, joins: Sequence[int], on_ready: Callable[[], None], on_failed: OnFailed) -> None:
        on_ready()

    def helpers(self) -> List[int]:
        return []

    def holds_up(self, seconds: float) -> bool:
        """A disk that keeps others waiting too is no reason to end this program."""
        return seconds >= self.longest_stall_seconds or (seconds >= self.stall_seconds and not self._folders.is_slow())

    def renew_rules(self, on_done: Callable[[bool], None]) -> None:
        on_done(True)

    def ask_blocked(self, on_answer: Callable[[List[str]], None]) -> None:
        on_answer([])

    def usage(self, pids: List[int]) -> Optional[scratch.Usage]:
        """Of the folder, and of what these processes hold that has lain there. In a thread aside; raises OSError."""
        return scratch.usage(self._path, pids)

    def remove(self, is_reusable: bool = True) -> None:
        for descriptor in (self.pidfd, self.top):
            if descriptor >= 0:
                os.close(descriptor)
        self.pidfd = self.top = -1
        give_back = (lambda: self._ids.give_back(self._id)) if is_reusable else (lambda: None)
        self._folders.remove_one(self._path, give_back)


Cell = Union[NamespaceCell, FolderCell]
