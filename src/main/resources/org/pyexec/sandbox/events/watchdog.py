"""Watches from a thread of its own that no program holds up the supervisor's loop inside the kernel.

The supervisor shares locks of the kernel with programs that live: that of a pipe is held by whoever copies to or from it, also while the
copy waits for a page of the program's, and the program decides how long that takes; fs/pipe.c, inode_lock in fs.h. O_NONBLOCK does not
help, and neither do looks of the loop itself. Whoever owns the handler that waits is told, and kills the program.
"""

from __future__ import annotations

import os
import threading
import time
import traceback
from typing import Optional, Tuple

from . import loop

INTERVAL = 0.02  # seconds between two looks
FAILURES = 50
WAITING = b"D"  # in the kernel, for something that no signal interrupts; proc(5), /proc/pid/stat


class Watchdog:
    """Of the thread that makes it and runs the loop."""

    def __init__(self, events: loop.Loop) -> None:
        """Raises OSError."""
        self._loop = events
        self._stat = os.open(f"/proc/self/task/{threading.get_native_id()}/stat", os.O_RDONLY | os.O_CLOEXEC)
        self._seen: Optional[Tuple[loop.Owner]] = None
        self._since = 0.0

    def start(self) -> None:
        """Raises RuntimeError where there can be no thread."""
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        failures = 0  # in a row
        while True:
            time.sleep(INTERVAL)
            try:
                self.look()
                failures = 0
            except Exception:
                traceback.print_exc()
                failures += 1
                if failures == FAILURES:
                    os._exit(1)  # the server starts another supervisor: none goes on without a watchdog

    def look(self) -> None:
        busy = self._loop.busy
        if busy is None or not self._is_waiting():
            self._seen = None
        elif busy is not self._seen:
            self._seen = busy
            self._since = time.monotonic()
        else:
            busy[0].on_stall(time.monotonic() - self._since)

    def _is_waiting(self) -> bool:
        """Not for a processor: a machine that is busy is no program's fault."""
        return os.pread(self._stat, 512, 0).rpartition(b")")[2].split()[0] == WAITING
