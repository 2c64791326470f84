"""What pseudo-terminals of a run cost: the kernel's own threads do their work, in nobody's account.

A byte that has a whole line shown again (VREPRINT, termios(3)) takes them some 100 microseconds, so whoever has a terminal
can keep a processor busy by it for nothing. Nobody tells whether he does: each terminal counts as a processor, for as long
as it is there.
"""

from __future__ import annotations

import os


class Terminals:
    """Of one run, at which is looked again and again."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def seconds(self, init: int, since: float) -> float:
        """Of all looks so far. `init`: of the cell; `since` the last look, in seconds. Raises OSError.

        A terminal is in its folder until it is closed everywhere, also where its descriptor is on its way in a socket. The
        names are the kernel's, and the folders above are those of a root that nobody can change.
        """
        try:
            names = os.listdir(f"/proc/{init}/root/dev/pts")
        except (FileNotFoundError, ProcessLookupError):
            return self._seconds  # the init has ended
        self._seconds += since * sum(name.isdigit() for name in names)
        return self._seconds
