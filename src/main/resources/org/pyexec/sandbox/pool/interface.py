"""The interface of one cell with network: slirp4netns, which carries packets out as an ordinary process of the host.

It parses what a program sends, so it has as few rights as that needs, and counts as a process of the program's run: in its
control groups, at its priority, with its processor time.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import stat
import subprocess
from typing import Callable, Iterable, List

from . import helper
from ..events import loop
from ..kernel import isolation, landlock, nft, syscalls
from ..policy import policy
from ..kernel.syscall_batch import SyscallBatch

SLIRP = "slirp4netns"
TUN = "/dev/net/tun"
TUN_NUMBER = os.makedev(10, 200)  # the same everywhere: Documentation/admin-guide/devices.txt
FILTER = "--enable-seccomp"
HELP_SECONDS = 10
WORDS_BYTES = 400  # of its last words, in a problem
RESOLVERS = "/etc/resolv.conf"
_options: List[str] = []  # once they are known


def is_usable() -> bool:
    """Whether the programs' identity may open the device."""
    if os.getuid() != 0:
        return os.access(TUN, os.R_OK | os.W_OK)
    return os.stat(TUN).st_mode & 0o006 == 0o006


def options() -> List[str]:
    """Of its own protections those that this version has and that work here.

    Not --enable-sandbox: it wants to be id 0 in the namespaces of the cell, which have none. `_confine` does the same.
    """
    if not _options:
        _options.append("--configure")
        if FILTER in _help():
            _options.append(FILTER)
    return _options


def _help() -> str:
    try:
        asked = [_command(), "--help"]
        return subprocess.run(asked, capture_output=True, text=True, timeout=HELP_SECONDS, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return ""


def _command() -> str:
    return shutil.which(SLIRP, path=nft.SEARCH_PATH) or SLIRP


class Interface:
    """slirp4netns for one cell; ended by close."""

    def __init__(
        self, events: loop.Loop, user: int, net: int, joins: Iterable[int], on_ready: Callable[[str], None]
    ) -> None:
        """`user` and `net` are handles of the cell's namespaces, `joins` are control groups to which it writes itself. Raises OSError.

        `on_ready` gets an empty text, or what the problem is.
        """
        self._loop = events = events.guarded(lambda: on_ready("a fault of ours"))
        self._on_ready = on_ready
        with contextlib.ExitStack() as ours, contextlib.ExitStack() as failed:
            self._ready, ready = os.pipe2(os.O_CLOEXEC)
            ours.callback(os.close, ready)
            failed.callback(os.close, self._ready)
            # As long as it lives; what nobody reads is lost, and keeps nobody waiting.
            self._words, words = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
            ours.callback(os.close, words)
            failed.callback(os.close, self._words)
            command = [
                _command(),
                *options(),
                "--disable-host-loopback",
                f"--cidr={policy.NETWORK_RANGE}",
                f"--ready-fd={ready}",
                f"--userns-path=/proc/self/fd/{user}",
                "--netns-type=path",
                f"/proc/self/fd/{net}",
                "tap0",
            ]
            self._helper = helper.Helper(command, lambda: _confine(joins), stderr=words, kept=[ready, user, net], limits=policy.HELPER_LIMITS)
            failed.pop_all()
        events.watch(self._ready, loop.READ, self._on_word)

    @property
    def pidfd(self) -> int:
        return self._helper.pidfd

    def _on_word(self, _: int) -> None:
        word = os.read(self._ready, 16)
        self._forget_ready()
        if word == b"1" and self._is_complete():
            self._on_ready("")
        else:
            self._on_ready(f"{SLIRP} could not make the interface: {self._last_words()}")

    def _last_words(self) -> str:
        """Of a process of ours, but it may have read what a program sent."""
        try:
            said = os.read(self._words, WORDS_BYTES).decode("ascii", "replace")
        except BlockingIOError:
            said = ""
        return "".join(c if c.isprintable() else " " for c in said) or "it said nothing"

    def _is_complete(self) -> bool:
        """Once its own beginning is over it needs no more processes. Root without CAP_SYS_RESOURCE may not say so."""
        try:
            with contextlib.suppress(PermissionError):
                resource.prlimit(self._helper.pid, resource.RLIMIT_NPROC, (0, 0))
            return True
        except ProcessLookupError:
            return False

    def _forget_ready(self) -> None:
        if self._ready >= 0:
            self._loop.forget(self._ready)
            os.close(self._ready)
            self._ready = -1

    def close(self) -> None:
        self._forget_ready()
        if self._words >= 0:
            os.close(self._words)
            self._words = -1
        self._helper.kill()


def _confine(joins: Iterable[int]) -> None:
    """In the new process."""
    os.setsid()
    for join in joins:
        os.write(join, b"0")
    _make_device()
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
        score.write(str(policy.OOM_SCORE_ADJ))
    os.setpriority(os.PRIO_PROCESS, 0, max(policy.PROGRAM_NICE, os.getpriority(os.PRIO_PROCESS, 0)))
    isolation.leave_root()
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    abi = landlock.version()
    if abi:
        calls = SyscallBatch()
        calls.add("landlock_restrict_self", landlock.build(abi, _rules()), 0)
        calls.seal().run()


def _rules() -> List[landlock.Rule]:
    """What it opens: libraries, the resolvers wherever they stand, and the device."""
    read = [*policy.SYSTEM_DIRECTORIES, "/etc", os.path.dirname(os.path.realpath(RESOLVERS))]
    devices = [(TUN, landlock.DEVICE), (os.devnull, landlock.DEVICE), ("/dev/urandom", landlock.DEVICE)]
    return [*((path, landlock.READ_ONLY) for path in read), *devices]


def _make_device() -> None:
    """Some systems let only root open the device that makes interfaces; then root gives one to the new process alone."""
    if os.getuid() != 0 or is_usable():
        return
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount("none", "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    syscalls.mount("tmpfs", os.path.dirname(TUN), "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NOEXEC, "mode=0755")
    os.mknod(TUN, stat.S_IFCHR | 0o600, TUN_NUMBER)
    os.chown(TUN, policy.UNPRIVILEGED_ID, policy.UNPRIVILEGED_ID)
