"""The folders on the disk in which cells of tier landlock lie, and whether that disk is slow."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
from typing import Callable, Optional, Tuple, Union

from . import scratch
from ..events import loop
from ..kernel import living
from ..events.log import say

ATTEMPTS = 5  # to remove a folder
PAUSE_SECONDS = 60.0  # between them
SLOW_DISK_SECONDS = 0.1  # to make a folder and take it away again
KNOWN_SECONDS = 1.0  # for which that is believed


class Probe(threading.Thread):
    """Makes a folder and takes it away again; says when."""

    def __init__(self, path: str) -> None:
        super().__init__(daemon=True)
        self.began = time.monotonic()
        self.ended = 0.0  # not yet
        self._path = path

    def run(self) -> None:
        changes: Tuple[Callable[[str], None], ...] = (os.mkdir, os.rmdir)
        for change in changes:
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
            try:
                self._probe.start()
            except RuntimeError:  # no thread just now: nothing is known
                self._probe = None
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
