"""The room of one run, as the supervisor sees it: something to kill, folders to read, something to take away.

A cell of the namespaces tier is an init process in fresh namespaces; one of the landlock tier is a folder on disk.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from typing import Callable, List, Optional, Union

from . import frames, identities, loop, network, policy, scratch
from .voice import say

OnFailed = Callable[[str], None]

ATTEMPTS = 5  # to remove a folder
PAUSE_SECONDS = 60.0  # between them


class NamespaceCell:
    """Made by the zygote and furnished by the child. Its init's pidfd kills everything inside and tells the end."""

    is_session = False
    has_network = True  # of its own, with nothing in it or with rules
    way = "namespaces"

    def __init__(self, ids: identities.Ids) -> None:
        self.pidfd = -1
        self._ids = ids
        self._id = ids.take()
        self.top = -1  # handle of a view of the writable folders that changes nothing and follows nothing

    def furnish(self) -> None:
        """What has to be there before the zygote is asked to park; raises OSError."""

    def handles(self) -> List[int]:
        """Descriptors that the child needs besides its streams; they stay ours."""
        return []

    def parameter(self) -> str:
        """The host user id of the program; 0 for the common one."""
        return str(self._id)

    def preface(self) -> frames.Fields:
        """What the child reads before it parks; empty for most."""
        return []

    def connect(self, on_ready: Callable[[], None], on_failed: OnFailed) -> None:
        """The last step, when the child has parked."""
        on_ready()

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
    """A cell with an interface to the outside. The child loads the rules while it has the rights, before that comes up."""

    way = "network"

    def __init__(self, ids: identities.Ids, events: loop.Loop, rules: str) -> None:
        super().__init__(ids)
        self._loop = events
        self._rules = rules
        self._interface: Optional[network.Interface] = None

    def preface(self) -> frames.Fields:
        return [("rules", self._rules.encode())]

    def connect(self, on_ready: Callable[[], None], on_failed: OnFailed) -> None:
        def on_interface(ready: bool) -> None:
            if ready:
                on_ready()
            else:
                on_failed(f"{network.SLIRP} could not make the interface")

        pid = network.pid_of(self.pidfd)
        if pid is None or pid <= 0:
            on_failed("the init of a cell ended")
            return
        try:
            self._interface = network.Interface(self._loop, pid, on_interface)
        except (OSError, subprocess.SubprocessError) as e:
            on_failed(f"{network.SLIRP} could not be started: {e}")

    def ask_blocked(self, on_answer: Callable[[List[str]], None]) -> None:
        try:
            network.BlockedQuery(self._loop, self.pidfd, on_answer)
        except (OSError, subprocess.SubprocessError):
            on_answer([])  # the init is gone

    def remove(self, is_reusable: bool = True) -> None:
        if self._interface is not None:
            self._interface.close()
            self._interface = None
        super().remove(is_reusable)


class Folders:
    """Where folder cells lie: one folder per supervisor, away from the private one, since programs pass through it."""

    PREFIX = "pyexec-scratch-"

    def __init__(self, events: loop.Loop) -> None:
        self._loop = events
        self._clear_dead()
        self.top = tempfile.mkdtemp(prefix=f"{self.PREFIX}{os.getpid()}-", dir="/tmp")
        os.chmod(self.top, 0o711)
        self.zygote_home = os.path.join(self.top, "zygote")
        os.mkdir(self.zygote_home, 0o700)

    def remove(self) -> None:
        """When everybody is dead. The supervisor may be about to end: this waits."""
        if not scratch.remove(self.top):
            say("log", f"{self.top} could not be removed")

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

    def _clear_dead(self) -> None:
        """What a supervisor left that was killed."""
        for name in os.listdir("/tmp"):
            pid = name[len(self.PREFIX) :].split("-")[0] if name.startswith(self.PREFIX) else ""
            path = os.path.join("/tmp", name)
            if pid.isdigit() and not os.path.exists(f"/proc/{pid}") and os.lstat(path).st_uid == os.getuid():
                self.remove_one(path, lambda: None)


class FolderCell:
    """A folder for one run. Killing and the end of processes are the child's own pidfd, which comes later."""

    way = "folder"
    has_network = False

    def __init__(self, folders: Folders, ids: identities.Ids, number: int, is_session: bool) -> None:
        self.is_session = is_session  # the program may start processes; they are ended by their session
        self.pidfd = -1
        self.top = -1
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

    def preface(self) -> frames.Fields:
        return []

    def connect(self, on_ready: Callable[[], None], on_failed: OnFailed) -> None:
        on_ready()

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
