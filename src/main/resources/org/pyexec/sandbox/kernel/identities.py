"""Host user ids, one for each run, where the server is root.

What the kernel counts for a user (descriptors in flight, pages of pipes, pending signals) then concerns one run alone.
In tier `landlock` a child takes its id on; in tier `namespaces` the id is mapped into its cell as the only one there.
"""

from __future__ import annotations

import contextlib
import os
import random
from collections import deque
from typing import Deque

from ..policy import policy


class Ids:
    """Those that a supervisor gives out. Used by its one thread."""

    def __init__(self, every: range) -> None:
        self.every = every
        self._free: Deque[int] = deque(every)

    def take(self) -> int:
        """One that no other run has; 0 where there is none."""
        return self._free.popleft() if self._free else 0

    def give_back(self, number: int) -> None:
        """When the last process that had it is gone."""
        if number:
            self._free.append(number)


def of_this_server() -> range:
    """Ids without accounts; none where it is not root. A container may know only the small ones, or none of them.

    Another server on this host hardly has the same.
    """
    if os.getuid() != 0:
        return range(0)
    known = _largest_known()
    if known < policy.RUN_IDS[-1]:
        return policy.FEW_RUN_IDS if known >= policy.FEW_RUN_IDS[-1] else range(0)
    blocks = len(policy.RUN_IDS) // policy.RUN_IDS_OF_ONE_SERVER
    first = policy.RUN_IDS[0] + random.SystemRandom().randrange(blocks) * policy.RUN_IDS_OF_ONE_SERVER
    return range(first, first + policy.RUN_IDS_OF_ONE_SERVER)


def _largest_known() -> int:
    """user_namespaces(7), uid_map."""
    with open("/proc/self/uid_map", encoding="ascii") as uid_map:
        return max(int(line.split()[0]) + int(line.split()[2]) - 1 for line in uid_map)


# --- in the outer user namespace -----------------------------------------------------------------------------------


class Mapper:
    """A process that stays root for as long as it takes to map more than one id into the caller's next user namespace."""

    def __init__(self, run_ids: range) -> None:
        """Call it before leaving root, and `map` in the same process."""
        first, count = run_ids[0], len(run_ids)
        go, self._go = os.pipe2(os.O_CLOEXEC)
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._go)
            status = 1
            with contextlib.suppress(OSError):
                if os.read(go, 1):
                    _map(f"/proc/{os.getppid()}", f"{policy.INNER_ID} {policy.UNPRIVILEGED_ID} 1\n{first} {first} {count}\n")
                    status = 0
            os._exit(status)
        os.close(go)

    def map(self) -> bool:
        """In the new namespace; whether it could be done."""
        os.write(self._go, b"1")
        os.close(self._go)
        return os.waitpid(self._pid, 0)[1] == 0


def _map(process: str, text: str) -> None:
    descriptor = os.open(f"{process}/uid_map", os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
