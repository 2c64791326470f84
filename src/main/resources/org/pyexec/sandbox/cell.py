"""The init of one run: PID 1 of its namespaces, a fork of the small warden, so that the program itself is not PID 1.

It furnishes the cell, hands two descriptors to the supervisor (its own pidfd, the work folder), gives up every right
and reaps orphans for ever. Its end is the end of everything in the cell, and only the supervisor causes it.
"""

from __future__ import annotations

import os
import signal
import socket
from typing import NoReturn

from . import isolation, syscalls

MESSAGE_BYTES = 64 << 10


def run(answer: int, proc: int, disk: int, has_network: bool) -> NoReturn:
    """`answer` is the socket to the supervisor, owned here from now on; `proc` a handle of a /proc."""
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        channel = socket.socket(fileno=answer)
        try:
            work = isolation.furnish_cell(proc, disk)
            if has_network:
                _obey_rules(channel.recv(MESSAGE_BYTES).decode())
            own = os.pidfd_open(os.getpid())
            syscalls.drop_capabilities()  # the bounding set too matters only to those who start programs
            socket.send_fds(channel, [b"cell"], [own, work])
        except OSError as e:
            channel.send(f"problem {e}".encode())
            os._exit(1)
        channel.detach()
        syscalls.close_from(0)
        _reap_for_ever()
    finally:
        os._exit(1)


def _obey_rules(text: str) -> None:
    from . import network  # only here: it would make the warden larger

    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    network.load_rules(text)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})


def _reap_for_ever() -> NoReturn:
    while True:
        signal.sigwait({signal.SIGCHLD})
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
