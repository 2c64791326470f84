"""The supervisor: listens for runs, keeps the pool, and takes everything along when it goes.

It lives as long as its standard input: the server holds the other end, so even a server that was killed ends it. What
it says to the server goes to standard output, one line each: "ready TIER VERSION LAYERS NETWORK",
"problem TEXT", "packages JSON" once, "alive LAG_MILLISECONDS" every second, "log TEXT".
"""

from __future__ import annotations

import os
import platform
import resource
import shutil
import signal
import socket
import sys
from typing import NoReturn, Set

from . import acceptor
from ..events import loop, watchdog
from ..kernel import syscalls
from ..policy import config, policy
from ..pool import packages, pool
from ..events.log import say

BACKLOG = 1024
BEAT_SECONDS = 1.0
LONG_LAG = 0.1  # seconds, which are worth a line in the log
STDIN = 0
SWITCH_SECONDS = 0.0005  # that a thread aside goes on while this one waits for the interpreter, after every system call


class Supervisor:
    def __init__(self, settings: config.Config) -> None:
        self._loop = loop.Loop()
        self._listener = _listen(settings.socket_path)
        self._loop.watch(STDIN, loop.READ, self._on_stdin)
        self._loop.watch(self._listener.fileno(), loop.READ, self._on_connection)
        self._pool = pool.Pool(self._loop, settings, self._on_works)
        self._acceptor = acceptor.Acceptor(self._loop, self._pool, settings)

    def serve(self) -> None:
        """Returns when the server is gone or isolation cannot be had."""
        self._beat()
        watchdog.Watchdog(self._loop).start()
        self._loop.run()

    def _beat(self) -> None:
        """The server ends a supervisor that it does not hear."""
        lag = self._loop.take_worst_lag()
        if lag > LONG_LAG:
            say("log", f"something has kept all runs waiting for {lag * 1e3:.0f} ms")
        say("alive", f"{lag * 1e3:.0f}")
        self._loop.later(BEAT_SECONDS, self._beat)

    def close(self) -> None:
        self._pool.close()

    def remove_folders(self) -> None:
        self._pool.remove_folders()

    def _on_works(self) -> None:
        network = "network" if self._pool.network else "closed"
        say("ready", self._pool.tier, platform.python_version(), self._pool.layers, network)
        packages.Listing(
            self._loop, lambda listed: say("packages", listed), lambda why: say("log", f"no list of packages: {why}")
        )

    def _on_stdin(self, _: int) -> None:
        if not os.read(STDIN, 4096):
            self._loop.stop()

    def _on_connection(self, _: int) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        self._acceptor.receive(connection)


def _listen(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)  # the folder is private
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def main() -> NoReturn:
    settings = config.parse(config.own_arguments())
    supervisor = None
    try:
        _stand_alone()
        supervisor = Supervisor(settings)
        supervisor.serve()
    except OSError as e:
        say("problem", f"The sandbox cannot start here: {e}")
    finally:
        if supervisor is not None:
            supervisor.close()
        _end_everybody()
        if supervisor is not None:
            supervisor.remove_folders()
        shutil.rmtree(settings.folder, ignore_errors=True)
        os._exit(0)


def _stand_alone() -> None:
    os.umask(0o077)
    sys.setswitchinterval(SWITCH_SECONDS)
    if os.getpgrp() != os.getpid():
        os.setsid()  # Ctrl-C in the server's terminal is the server's business
    _come_first()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # who sends descriptors may have more than programs: holdings.py
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGCHLD, lambda *_: _reap())
    syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)


def _reap() -> None:
    """Wardens are our children, and so are the processes that one leaves when it ends: nobody else waits for them.

    A process of subprocess.Popen may be among them; that takes it for ended when there is nothing left to wait for.
    """
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _come_first() -> None:
    """Within its session by its nice value, among sessions by that of its autogroup; sched(7)."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, policy.SUPERVISOR_NICE)
        with open("/proc/self/autogroup", "w", encoding="ascii") as autogroup:
            autogroup.write(str(policy.SUPERVISOR_NICE))
    except OSError:
        pass  # not allowed, or not there


def _end_everybody() -> None:
    """Wardens are our children; killing them kills what is in their PID namespaces. Orphans become ours: once more."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    while True:
        for pid in _children():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children() -> Set[int]:
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as children:
        return {int(word) for word in children.read().split()}
