"""The room of one run, as the supervisor sees it: something to kill, folders to read, something to take away.

A cell of the namespaces tier is an init process in fresh namespaces; one of the landlock tier is a folder on disk.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from typing import Callable, List, NamedTuple, Optional, Set, Union

from . import frames, identities, loop, network, policy

DEEPEST = 200  # folders inside each other, deeper than anything honest; counting holds a descriptor for each

OnFailed = Callable[[str], None]


class Usage(NamedTuple):
    size: int
    inodes: int


class NamespaceCell:
    """Made by the zygote and furnished by the child. Its init's pidfd kills everything inside and tells the end."""

    is_session = False
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

    def usage(self) -> Optional[Usage]:
        """None: the kernel keeps the limit."""
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

    def __init__(self) -> None:
        self._clear_dead()
        self.top = tempfile.mkdtemp(prefix=f"{self.PREFIX}{os.getpid()}-", dir="/tmp")
        os.chmod(self.top, 0o711)
        self.zygote_home = os.path.join(self.top, "zygote")
        os.mkdir(self.zygote_home, 0o700)

    def remove(self) -> None:
        _remove_tree(self.top)

    def _clear_dead(self) -> None:
        """What a supervisor left that was killed."""
        for name in os.listdir("/tmp"):
            pid = name[len(self.PREFIX) :].split("-")[0] if name.startswith(self.PREFIX) else ""
            path = os.path.join("/tmp", name)
            if pid.isdigit() and not os.path.exists(f"/proc/{pid}") and os.lstat(path).st_uid == os.getuid():
                _remove_tree(path)


class FolderCell:
    """A folder for one run. Killing and the end of processes are the child's own pidfd, which comes later."""

    way = "folder"

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

    def usage(self) -> Optional[Usage]:
        """What lies in it now. The program goes on changing it meanwhile: no link is followed."""
        size = inodes = 0
        seen: Set[int] = set()
        top = self._path.count("/")
        for folder, names, files, descriptor in os.fwalk(self._path, follow_symlinks=False):
            if folder.count("/") - top > DEEPEST:
                return Usage(0, policy.SCRATCH_INODES + 1)
            inodes += len(names)
            if inodes > policy.SCRATCH_INODES:
                break
            for name in files:
                try:
                    status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                except OSError:
                    continue
                if status.st_ino not in seen:
                    seen.add(status.st_ino)
                    size += status.st_blocks * 512
                    inodes += 1
        return Usage(size, inodes)

    def remove(self, is_reusable: bool = True) -> None:
        for descriptor in (self.pidfd, self.top):
            if descriptor >= 0:
                os.close(descriptor)
        self.pidfd = self.top = -1
        _remove_tree(self._path)
        if is_reusable:
            self._ids.give_back(self._id)


Cell = Union[NamespaceCell, FolderCell]


def _remove_tree(path: str) -> None:
    try:
        shutil.rmtree(path, ignore_errors=True)
    except RecursionError:
        pass
    if os.path.lexists(path):  # deeper than the interpreter recurses
        subprocess.run(["rm", "-rf", path], check=False, stderr=subprocess.DEVNULL)
