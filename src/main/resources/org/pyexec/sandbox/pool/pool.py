"""The pool: gives slots to runs, tries the tiers, and replaces generations that die or grow old."""

from __future__ import annotations

import re
import sys
from itertools import islice
from typing import Callable, FrozenSet, List, Optional, Set, Tuple

from . import allowlist, generation, network, popular, slot, zygote_pool
from ..events import loop
from ..kernel import cgroups, identities
from ..policy import config
from ..events.log import say

TIERS = ("namespaces", "landlock")  # the strongest first; never none by itself
LOOKED_AT_BYTES = 256 << 10  # of a program, for its imports
MOST_STATEMENTS = 200  # of them
LONGEST_STATEMENT = 2000  # bytes
MOST_RETIRED = 2  # generations that sessions keep alive; each has zygotes of its own
LOOKS = 10  # whether a new generation has imported its libraries, that often
RESTARTS = 5  # of generations in a row that never worked


class Pool:
    def __init__(self, events: loop.Loop, settings: config.Config, on_works: Callable[[], None]) -> None:
        self.working = False
        self.network = False
        self._events = events
        self._settings = settings
        self._on_works = on_works
        self._numbers = 0
        self._runs_of_generation = 0
        self._failures = 0
        self._problems: List[str] = []
        self._groups = _find_groups(settings)
        self._allowlist = allowlist.Allowlist(settings.network_allow)
        self._ids = identities.Ids(identities.of_this_server())
        self._tiers = list(TIERS if settings.tier == "auto" else [settings.tier])
        self._popular = popular.Popularity()
        self._learnt: Tuple[str, ...] = ()
        self._generations: List[generation.Generation] = []  # all that may still have processes or folders
        self._generation = self._new_generation(self._tiers.pop(0))
        self._next: Optional[generation.Generation] = None
        events.later(settings.renewal_seconds, self._recycle)

    @property
    def tier(self) -> str:
        return self._generation.tier

    @property
    def layers(self) -> str:
        return ",".join(filter(None, (self._generation.layers, self._groups.layer)))

    def next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    # --- runs ----------------------------------------------------------------------------------------------------

    def take(self, code: bytes, networked: bool, use: zygote_pool.Use) -> None:
        """Calls use with a slot, now or later; with None when there can be none."""
        self._runs_of_generation += 1
        self._take_from(self._choices(code), networked, use)

    def take_largest(self, networked: bool, use: zygote_pool.Use) -> None:
        """As take, for programs that nobody knows yet: with all libraries imported that the operator names."""
        self._runs_of_generation += 1
        self._take_from(self._from_the_largest(), networked, use)

    def _ready(self) -> List[zygote_pool.ZygotePool]:
        """From the smallest to the largest."""
        return [each for each in self._generation.images.values() if each.ready and not each.lost]

    def _from_the_largest(self, asks_for_popular: bool = False) -> List[zygote_pool.ZygotePool]:
        """Without the popular one for those who do not ask for what is learnt."""
        return [each for each in self._ready()[::-1] if asks_for_popular or each.name != generation.POPULAR]

    def _take_from(self, choices: List[zygote_pool.ZygotePool], networked: bool, use: zygote_pool.Use) -> None:
        """An image that ends meanwhile leaves the run to the next one."""
        if not choices:
            use(None)
            return
        first, *others = choices
        first.take(lambda got: use(got) if got is not None else self._take_from(others, networked, use), networked)

    def _choices(self, code: bytes) -> List[zygote_pool.ZygotePool]:
        """The smallest image that has what the program imports, then the others: which has most of it, from the largest on."""
        ready = self._ready()
        offered = {each: frozenset(name.split(".")[0] for name in each.modules) for each in ready}
        looked_at = code[:LOOKED_AT_BYTES]
        needed = _imported(looked_at, popular.TOP_LEVEL.union(*offered.values()))
        if self._settings.learns:
            self._popular.note(looked_at, needed)
        given = self._from_the_largest(not popular.TOP_LEVEL.isdisjoint(needed))
        suited = [each for each in given[::-1] if needed <= offered[each]]
        others = [each for each in given if each not in suited]
        others.sort(key=lambda each: -len(needed & offered[each]))
        return sorted([*suited, *others], key=zygote_pool.ZygotePool.is_stuck)

    def leave_out(self, module: str) -> None:
        self._popular.leave_out(module)

    # --- generations ------------------------------------------------------------------------------------------------

    def works(self, working: generation.Generation) -> None:
        """The first child is parked: isolation works. Whether the network does is found out by trying as well."""
        self._failures = 0
        if self.working or working is not self._generation:
            return
        self.working = True
        problem = network.missing() if self.tier == "namespaces" else f"not in tier {self.tier}"
        if problem:
            self._network_tried(None, problem)
        else:
            working.images["plain"].take(lambda tried: self._network_tried(tried, "it was tried"), True)

    def _network_tried(self, tried: Optional[slot.Slot], problem: str) -> None:
        self.network = tried is not None
        if tried is None:
            say("log", f"no network for programs: {problem}")
        else:
            tried.discard()
        self._on_works()

    def broken(self, ended: generation.Generation, why: str) -> None:
        """A warden has ended, or a tier cannot be had."""
        if ended is self._next:
            self._next = None
        if ended is not self._generation:
            return
        self._problems.append(f"{ended.tier}: {why}")
        self._failures += 1
        if self.working and self._failures <= RESTARTS:
            say("log", f"replacing the warden: {why}")
            self._events.later(self._failures * generation.RESTART_SECONDS, lambda: self._replace(ended))
        elif self._tiers and not self.working:
            say("log", f"tier {self._problems[-1]}")
            self._generation = self._new_generation(self._tiers.pop(0))
        else:
            say("problem", "No isolation is possible here: " + "; ".join(self._problems[-len(TIERS) :]))
            self._events.stop()

    def _replace(self, ended: generation.Generation) -> None:
        if self._generation is ended:
            self._generation = self._new_generation(ended.tier)

    def _new_generation(self, tier: str) -> generation.Generation:
        learnt = self._popular.chosen() if self._settings.learns else ()
        if set(learnt) != set(self._learnt):
            say("log", f"programs find imported from now on what others import often: {', '.join(learnt) or 'nothing'}")
        self._learnt = learnt
        common = (self._groups, self._allowlist, self._ids)
        fresh = generation.Generation(self._events, self._settings, tier, *common, self, learnt)
        self._generations.append(fresh)
        return fresh

    def _recycle(self) -> None:
        """A new generation takes over when it is warm, the old one ends with its last run."""
        self._events.later(self._settings.renewal_seconds, self._recycle)
        for module in self._generation.learnt_in_vain():
            self._popular.leave_out(module)
        retired = sum(not each.closed for each in self._generations) - 1
        if self.working and self._next is None and self._runs_of_generation and retired < MOST_RETIRED:
            self._next = self._new_generation(self.tier)
            self._events.later(self._settings.warm_seconds, lambda: self._take_over(LOOKS))

    def _take_over(self, looks: int) -> None:
        """As soon as the new generation offers what the old one does; a module that hangs keeps it waiting, not for ever."""
        fresh = self._next
        if fresh is None:
            return
        if looks and not fresh.offers(self._generation):
            self._events.later(self._settings.warm_seconds, lambda: self._take_over(looks - 1))
            return
        self._next = None
        if not fresh.works:
            fresh.retire()  # too slow today: nobody would end it later
            return
        old, self._generation = self._generation, fresh
        self._runs_of_generation = 0
        for each in [each for each in self._generations if each.closed]:
            each.leave_folders()
            self._generations.remove(each)
        old.retire()

    def close(self) -> None:
        for each in self._generations:
            each.close()

    def remove_folders(self) -> None:
        """After the last process has ended."""
        for each in self._generations:
            each.remove_folders()
        self._groups.remove()


def _find_groups(settings: config.Config) -> cgroups.NoGroups:
    if not settings.control_groups:
        return cgroups.NoGroups()
    groups, problems = cgroups.find(settings)
    for problem in problems:
        say("log", f"no control groups: {problem}")
    return groups


_STATEMENT = re.compile(
    rb"(?:^|[;:\n])[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([A-Za-z_][\w.]*(?:[ \t\w.]*,[ \t]*[A-Za-z_][\w.]*)*))"
)
_DRAWS = re.compile(rb"\.(?:plot\b|hist\(|boxplot\()")  # pandas then imports matplotlib, which takes a second to look for fonts
_STANDARD: FrozenSet[str] = frozenset(getattr(sys, "stdlib_module_names", ()))


def _imported(code: bytes, known: FrozenSet[str]) -> Set[str]:
    """Names of imported modules outside the standard library, by looks; a wrong guess costs an ordinary import."""
    found = set()
    for match in islice(_STATEMENT.finditer(code), MOST_STATEMENTS):
        for part in (match.group(1) or match.group(2))[:LONGEST_STATEMENT].decode("ascii", "replace").split(","):
            words = part.split()  # none at the end of what is looked at
            if words:
                found.add(words[0].split(".")[0])
    if "pandas" in found and _DRAWS.search(code):
        found.add("matplotlib")
    return found - _STANDARD - {""} if _STANDARD else found & known
