"""The room of one run, as the supervisor sees it: something to kill, a work folder to read, something to take away.

A cell of the namespaces tier is an init process in fresh namespaces; one of the landlock tier is a folder on disk.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from typing import Callable, List, NamedTuple, Optional, Set, Union

from . import loop, network, policy

MESSAGE_BYTES = 4096

OnMade = Callable[[], None]
OnFailed = Callable[[str], None]


class Usage(NamedTuple):
    size: int
    inodes: int


class NamespaceCell:
    """Made by the warden. Its init's pidfd kills everything inside, and says when everything is dead."""

    is_session = False

    def __init__(self, events: loop.Loop, order: Callable[[str, int], None]) -> None:
        self.pidfd = -1
        self.work = -1
        self._loop = events
        self._order = order
        self._channel: Optional[socket.socket] = None

    def make(self, on_made: OnMade, on_failed: OnFailed) -> None:
        self._on_made, self._on_failed = on_made, on_failed
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._begin(theirs.fileno())
        self._loop.watch(self._channel.fileno(), loop.READ, self._on_word)

    def _begin(self, theirs: int) -> None:
        self._order("cell", theirs)

    def _is_made(self) -> None:
        self._on_made()

    def ask_blocked(self, on_answer: Callable[[List[str]], None]) -> None:
        """Calls on_answer with the network targets that were refused, now or a little later."""
        on_answer([])

    def _on_word(self, _: int) -> None:
        assert self._channel is not None
        message, descriptors, _, _ = socket.recv_fds(self._channel, MESSAGE_BYTES, 4)
        self._drop_channel()
        if message == b"cell":
            self.pidfd, self.work = descriptors
            self._is_made()
        else:
            self._on_failed(message.decode("utf-8", "replace") or "the warden could not make a cell")

    def handle(self) -> int:
        """What the zygote needs to put a child in; stays ours."""
        return self.pidfd

    def parameters(self) -> str:
        return ""

    def usage(self) -> Optional[Usage]:
        """None: the kernel keeps the limit."""
        return None

    def remove(self) -> None:
        self._drop_channel()
        for descriptor in (self.pidfd, self.work):
            if descriptor >= 0:
                self._loop.forget(descriptor)
                os.close(descriptor)
        self.pidfd = self.work = -1

    def _drop_channel(self) -> None:
        if self._channel is not None:
            self._loop.forget(self._channel.fileno())
            self._channel.close()
            self._channel = None


class NetworkedCell(NamespaceCell):
    """A cell whose network namespace has an interface to the outside, with the rules loaded before it comes up."""

    def __init__(self, events: loop.Loop, order: Callable[[str, int], None], rules: str) -> None:
        super().__init__(events, order)
        self._rules = rules
        self._interface: Optional[network.Interface] = None

    def _begin(self, theirs: int) -> None:
        assert self._channel is not None
        self._order("cell network", theirs)
        self._channel.send(self._rules.encode())

    def _is_made(self) -> None:
        pid = network.pid_of(self.pidfd)
        if pid is None or pid <= 0:
            self._on_failed("the init of a cell ended")
            return
        self._interface = network.Interface(self._loop, pid, self._on_interface)

    def _on_interface(self, ready: bool) -> None:
        if ready:
            self._on_made()
        else:
            self._on_failed(f"{network.SLIRP} could not make the interface")

    def ask_blocked(self, on_answer: Callable[[List[str]], None]) -> None:
        try:
            network.BlockedQuery(self._loop, self.pidfd, on_answer)
        except (OSError, subprocess.SubprocessError):
            on_answer([])  # the init is gone

    def remove(self) -> None:
        if self._interface is not None:
            self._interface.close()
            self._interface = None
        super().remove()


class Folders:
    """Where folder cells lie: one folder per supervisor, away from the private one, since programs pass through it."""

    PREFIX = "pyexec-scratch-"

    def __init__(self) -> None:
        self._clear_dead()
        self.top = tempfile.mkdtemp(prefix=f"{self.PREFIX}{os.getpid()}-", dir="/tmp")
        os.chmod(self.top, 0o711)
        self.zygote_home = os.path.join(self.top, "zygote")
        os.mkdir(self.zygote_home, 0o700)
        self._free_ids = _slot_ids() if os.getuid() == 0 else []

    def take_id(self) -> int:
        """An id that no other run has, 0 where identities cannot be changed; the common one when all are taken."""
        if self._free_ids:
            return self._free_ids.pop()
        return policy.UNPRIVILEGED_ID if os.getuid() == 0 else 0

    def give_id(self, number: int) -> None:
        if number not in (0, policy.UNPRIVILEGED_ID):
            self._free_ids.insert(0, number)

    def remove(self) -> None:
        _remove_tree(self.top)

    def _clear_dead(self) -> None:
        """What a supervisor left that was killed."""
        for name in os.listdir("/tmp"):
            pid = name[len(self.PREFIX) :].split("-")[0] if name.startswith(self.PREFIX) else ""
            path = os.path.join("/tmp", name)
            if pid.isdigit() and not os.path.exists(f"/proc/{pid}") and os.lstat(path).st_uid == os.getuid():
                _remove_tree(path)


def _slot_ids() -> List[int]:
    """Ids without accounts; a container may know only the small ones. user_namespaces(7)."""
    with open("/proc/self/uid_map", encoding="ascii") as uid_map:
        known = max(int(line.split()[0]) + int(line.split()[2]) for line in uid_map)
    return list(policy.SLOT_IDS if known > policy.SLOT_IDS[-1] else policy.FEW_SLOT_IDS)


class FolderCell:
    """A folder for one run. Killing and the end of processes are the child's own pidfd, which comes later."""

    def __init__(self, folders: Folders, number: int, is_session: bool) -> None:
        self.is_session = is_session  # the program may start processes; they are ended by their session
        self.pidfd = -1
        self.work = -1
        self._folders = folders
        self._path = os.path.join(folders.top, str(number))
        self._top = -1
        self._id = 0

    def make(self, on_made: OnMade, on_failed: OnFailed) -> None:
        try:
            self._furnish()
        except OSError as e:
            on_failed(str(e))
            return
        on_made()

    def _furnish(self) -> None:
        self._id = self._folders.take_id()
        paths = [self._path] + [os.path.join(self._path, name) for name in policy.SCRATCH_DIRECTORIES]
        for path in paths:
            os.mkdir(path, 0o700)
            if self._id:
                os.chown(path, self._id, self._id)
        self._top = os.open(self._path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        self.work = os.open(paths[1], os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def handle(self) -> int:
        return self._top

    def parameters(self) -> str:
        return str(self._id)

    def ask_blocked(self, on_answer: Callable[[List[str]], None]) -> None:
        on_answer([])

    def usage(self) -> Optional[Usage]:
        """What lies in it now. The program goes on changing it meanwhile: no link is followed."""
        try:
            return self._count()
        except RecursionError:
            return Usage(0, policy.SCRATCH_INODES + 1)  # nested deeper than anything honest

    def _count(self) -> Usage:
        size = inodes = 0
        seen: Set[int] = set()
        for _, names, files, descriptor in os.fwalk(self._path, follow_symlinks=False):
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

    def remove(self) -> None:
        for descriptor in (self.pidfd, self.work, self._top):
            if descriptor >= 0:
                os.close(descriptor)
        self.pidfd = self.work = self._top = -1
        _remove_tree(self._path)
        self._folders.give_id(self._id)


Cell = Union[NamespaceCell, FolderCell]


def _remove_tree(path: str) -> None:
    try:
        shutil.rmtree(path, ignore_errors=True)
    except RecursionError:
        pass
    if os.path.lexists(path):  # deeper than the interpreter recurses
        subprocess.run(["rm", "-rf", path], check=False, stderr=subprocess.DEVNULL)
