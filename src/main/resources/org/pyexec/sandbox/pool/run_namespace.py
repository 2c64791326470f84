"""The room of one run, as the supervisor sees it: something to kill, folders to read, something to take away.

A cell of the namespaces tier is an init process in fresh namespaces; one of the landlock tier is a folder on disk.
"""

from __future__ import annotations

import os
from typing import Callable, List, Optional, Sequence, Union

from . import interface, network, scratch
from ..events import loop
from ..kernel import identities, processes
from ..policy import policy
from .folders import Folders

OnFailed = Callable[[str], None]


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
