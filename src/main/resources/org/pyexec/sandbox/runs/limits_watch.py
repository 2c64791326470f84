"""Watches limits that the kernel keeps per process only, for the run as a whole, by looking now and then.

Short runs are never looked at. A run can pass a limit by what it manages between two looks: that much is stated in
docs/threat-model.md.
"""

from __future__ import annotations

import math
import time
from typing import Callable, List, NamedTuple, Optional, Union

from . import crowd
from ..events import loop
from ..kernel import holdings, memory, processes, terminals
from ..policy import config, policy
from ..pool import scratch, slot
from ..events.log import say

INTERVAL = 0.05  # seconds
FAILURES = 3  # in a row that may have causes outside the run, such as a want of descriptors
LONGEST_INTERVAL = 1.0  # when looking itself takes long
LOOK_SECONDS = 10.0  # after which a look that has not come back ends the run


class Seen(NamedTuple):
    """What a look has found. Sizes in bytes."""

    threads: int
    cpu: float  # seconds
    usage: Optional[scratch.Usage]
    memory: float
    is_crowded: bool
    held: str  # of which there is too much, see holdings.LIMITS


class Watcher:
    """Tells once which limit has been passed: memory, cpu, processes, sessions, disk, or one of holdings.LIMITS."""

    _under_way = 0  # looks at all runs of this supervisor

    def __init__(
        self,
        events: loop.Loop,
        watched: slot.Slot,
        settings: config.Config,
        cpu_limit: int,
        on_passed: Callable[[str], None],
        interval: float = INTERVAL,
    ) -> None:
        """`cpu_limit` in seconds."""
        self._loop = events
        self._slot = watched
        self._settings = settings
        self._cpu_limit = cpu_limit
        self._on_passed = on_passed
        self._interval = interval
        self._cpu_before = 0.0
        self._clock = processes.Clock()
        self._scale = memory.Scale(watched.report)
        is_weighed = watched.group is not None and watched.group.is_weighed
        self._holdings = holdings.Holdings()
        self._terminals = terminals.Terminals()
        self._crowd = None if is_weighed or not crowd.matters() else crowd.Crowd()
        self._failures = 0  # in a row
        self._looked = time.monotonic()
        self._timer: Optional[loop.Timer] = None
        self._due = math.inf  # when the next look begins; no end while one is going on
        self._look_in(interval)

    def aim(self, settings: config.Config, cpu_limit: int, on_passed: Callable[[str], None], interval: float = INTERVAL) -> None:
        """Watches for other limits from now on, without losing sight: a look is never put off, and what it finds counts.

        What has been used until the next look does not count.
        """
        self._settings = settings
        self._cpu_limit = cpu_limit
        self._on_passed = on_passed
        self._interval = interval
        self._cpu_before = math.inf
        if self._timer is not None and time.monotonic() + interval < self._due < math.inf:
            self._timer.cancel()
            self._look_in(interval)

    def _look_in(self, seconds: float) -> None:
        self._due = time.monotonic() + seconds
        self._timer = self._loop.later(seconds, self._look)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """In a thread aside: how long it takes is up to the program."""
        began = time.monotonic()
        self._due = math.inf
        roots = [processes.pid_behind(pidfd) for pidfd in (self._slot.child, self._slot.cell.pidfd, *self._slot.cell.helpers())]
        awaited = self._timer = self._loop.later(LOOK_SECONDS, lambda: self._on_seen(TimeoutError("it takes too long"), began))

        def on_back(seen: Union[Seen, Exception]) -> None:
            Watcher._under_way -= 1
            on_seen(seen)

        def on_seen(seen: Union[Seen, Exception]) -> None:
            if self._timer is awaited:  # nobody has stopped it, or given it up
                awaited.cancel()
                self._on_seen(seen, began)

        since, self._looked = began - self._looked, began
        try:
            self._loop.aside(lambda: self._see(roots, since), on_back)
            Watcher._under_way += 1
        except RuntimeError as e:  # no thread just now
            on_seen(e)

    def _see(self, roots: List[int], since: float) -> Seen:
        found = processes.family(roots)
        pids = [process.pid for process in found]
        if found:
            processes.be_allowed_to_look_at(found[-1].pid)
        living = [task for task in map(processes.with_memory, pids) if task is not None]
        network = roots[1] if self._slot.cell.has_network else 0  # the init
        group = self._slot.group
        cpu = max(self._clock.total(found, since), group.cpu_seconds() if group is not None else 0.0)
        return Seen(
            sum(process.threads for process in found),
            cpu + (self._terminals.seconds(network, since) if network > 0 else 0.0),
            self._slot.cell.usage(pids),
            self._scale.weigh(living, network, self._settings.memory, group.usage() if group is not None else math.inf),
            self._crowd is not None and self._crowd.is_too_large(pids),
            self._holdings.passed(living),
        )

    def _on_seen(self, seen: Union[Seen, Exception], began: float) -> None:
        if isinstance(seen, Seen):
            self._failures = 0
            passed = self._passed(seen)
        else:
            passed = self._failed(seen)
        if passed:
            self._timer = None
            self._on_passed(passed)
            return
        # Those at all runs together take a sixth of the time of one processor, unless they take more than a second in all.
        pause = 5 * (time.monotonic() - began) * (1 + Watcher._under_way)
        self._look_in(min(max(self._interval, pause), LONGEST_INTERVAL))

    def _failed(self, why: Exception) -> str:
        """Whatever it is: a run that nobody watches does not go on."""
        self._failures += 1
        is_late = isinstance(why, TimeoutError)
        say("log", f"a look at a run {'took too long' if is_late else f'failed: {type(why).__name__}: {why}'}")
        return "unwatched" if self._failures > FAILURES or is_late else ""

    def _passed(self, seen: Seen) -> str:
        self._cpu_before = min(self._cpu_before, seen.cpu)
        if seen.cpu - self._cpu_before > self._cpu_limit:
            return "cpu"
        if seen.is_crowded:
            return "sessions"
        if seen.held:
            return seen.held
        if seen.usage is not None and seen.threads > self._settings.processes:
            return "processes"
        if seen.usage is not None and (seen.usage.size > self._settings.disk or seen.usage.inodes > policy.SCRATCH_INODES):
            return "disk"
        is_heavy = seen.memory > self._settings.memory + policy.LAST_WORDS_BYTES
        return "memory" if is_heavy or self._slot.is_out_of_memory() else ""
