"""TCP ports for servers that nobody else takes meanwhile; the tests in Java use the same files (org.pyexec.support.Ports)."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
from typing import List

# Below those that the kernel gives to clients: ip_local_port_range in ip(7).
_FIRST, _COUNT = 20_000, 12_000
_lent: List[int] = []  # descriptors, whose locks end with this process


def lend() -> int:
    """A port on which nobody listens, for this process alone until it ends."""
    folder = os.path.join(tempfile.gettempdir(), f"pyexec-test-ports-{os.getuid()}")
    os.makedirs(folder, exist_ok=True)
    for port in random.sample(range(_FIRST, _FIRST + _COUNT), _COUNT):
        file = os.open(os.path.join(folder, str(port)), os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        if _is_locked(file) and _is_free(port):
            _lent.append(file)
            return port
        os.close(file)
    raise RuntimeError(f"no free port from {_FIRST} on")


def _is_locked(file: int) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("0.0.0.0", port))
        except OSError:
            return False
    return True
