"""Pipes and signals between the supervisor and a program."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import Tuple


def stream() -> Tuple[int, int]:
    """A pipe that a program may open by the name /dev/stdout although its id is not ours, which nobody else can: proc(5)."""
    ends = os.pipe2(os.O_CLOEXEC)
    os.fchmod(ends[0], 0o666)
    return ends


def send_signal(pidfd: int, number: int) -> None:
    """Does nothing when the process has ended; pidfd_send_signal(2)."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(pidfd, number)


def kill_session(pidfd: int) -> None:
    """Tier none: what the program started and did not take out of its session."""
    try:
        with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as info:
            pid = next(int(line.split()[1]) for line in info if line.startswith("Pid:"))
        if pid > 0:
            os.killpg(pid, signal.SIGKILL)
    except (OSError, StopIteration):
        pass
