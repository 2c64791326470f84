"""A second zygote, which is forked from the first one and imports more; see zygote.py."""

from __future__ import annotations

import os
import socket
import sys
import time
from typing import List


def fork_heir(channels: List[socket.socket]) -> socket.socket:
    """Returns twice, each time with the one channel that is still open. Nothing has been made yet that is one process's own.

    The heir is a child of the process that waits for orphans, and not of this one: inits become children of their zygote's
    parent (init.py), and this process would not notice when one ends. Where no process can be had there is no heir, and its
    channel closes.
    """
    own, of_heir = channels
    try:
        between = os.fork()
    except OSError as e:
        print(f"zygote cannot fork its heir: {e}", file=sys.stderr, flush=True)
        between = -1
    if between == 0 and _is_heir():
        own.close()
        return of_heir
    of_heir.close()
    if between > 0:
        os.waitpid(between, 0)
    return own


def _is_heir() -> bool:
    """Forks once more, ends this process, and is true in the other one when that has its new parent."""
    between = os.getpid()
    try:
        if os.fork():
            os._exit(0)
    except OSError as e:
        print(f"zygote cannot fork its heir: {e}", file=sys.stderr, flush=True)
        os._exit(1)
    while os.getppid() == between:
        time.sleep(0.001)
    return True
