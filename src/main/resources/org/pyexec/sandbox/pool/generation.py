"""A generation: one warden and its zygotes. It is replaced as a whole."""

from __future__ import annotations

import socket
from typing import Dict, List, Set, Tuple

from . import allowlist, doors, folders, network, run_namespace, warden_process, zygote_pool
from ..events import log, loop
from ..kernel import cgroups, identities
from ..policy import config, policy
from ..wire import fd_messages

RESTART_SECONDS = 0.5
LONGEST_PAUSE = 60.0  # before an image starts again
HOPELESS_PAUSE = 2.0  # of an image that imports nothing and has never worked
POPULAR = "popular"  # the image that has what programs import often besides; docs/adr/0016


class Generation:
    def __init__(
        self,
        events: loop.Loop,
        settings: config.Config,
        tier: str,
        groups: cgroups.NoGroups,
        allowed: allowlist.Allowlist,
        ids: identities.Ids,
        pool: doors.PoolDoor,
        learnt: Tuple[str, ...],
    ) -> None:
        """`learnt`: modules for an image of their own; one that lets itself not be imported costs that image and no other."""
        self.events = events
        self.groups = groups
        self.tier = tier
        self.layers = ""
        self.works = False
        self.images: Dict[str, zygote_pool.ZygotePool] = {}
        self._folders = folders.Folders(events) if tier != "namespaces" else None
        self._settings = settings
        self._allowlist = allowed
        self._ids = ids
        self._pool = pool
        self._learnt = learnt
        self._pauses: Dict[str, float] = {}  # by the image that waited so long for its last start
        self._retired = False
        self.closed = False
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            home = self._folders.zygote_home if self._folders else policy.SCRATCH
            self._warden, said = warden_process.start(theirs, tier, home, ids.every)
        log.Echo(events, said)
        self._own_events = events.guarded(self._on_fault)
        self._own_events.watch(self._control.fileno(), loop.READ, self._on_word)

    # --- what images need ----------------------------------------------------------------------------------------

    def next_number(self) -> int:
        return self._pool.next_number()

    def new_networked_cell(self) -> run_namespace.Cell:
        denied = self._settings.network_deny
        return run_namespace.NetworkedCell(self._ids, self.events, lambda: network.rules(self._allowlist.addresses(), denied))

    def new_cell(self, number: int) -> run_namespace.Cell:
        if self._folders is None:
            return run_namespace.NamespaceCell(self._ids)
        return run_namespace.FolderCell(self._folders, self._ids, number, self.tier == "none")

    def _start(self, name: str, modules: Tuple[str, ...], learnt: Tuple[str, ...] = ()) -> None:
        """With `learnt` also the popular image, whose zygote is forked from this one's, so that they share their memory."""
        order = f"image {name} {','.join(modules)}"
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.images[name] = zygote_pool.ZygotePool(self, name, modules, ours)
        with theirs:
            if not learnt:
                self._order(order, theirs.fileno())
                return
            ours, heir = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self.images[POPULAR] = zygote_pool.ZygotePool(self, POPULAR, modules + learnt, ours)
            with heir:
                self._order(f"{order} {','.join(learnt)}", theirs.fileno(), heir.fileno())

    def _order(self, text: str, *descriptors: int) -> None:
        try:
            fd_messages.send(self._control, text.encode(), descriptors)
        except OSError:
            pass  # the warden is gone; the end of its socket says so too

    def refused(self, owner: zygote_pool.ZygotePool, module: str) -> None:
        if owner.name == POPULAR:
            self._pool.leave_out(module)

    def first_is_parked(self) -> None:
        if not self.works:
            self.works = True
            self._pool.works(self)

    def cannot_park(self, why: str) -> None:
        if not self.works:
            self.close()
            self._pool.broken(self, why)

    def image_ended(self, ended: zygote_pool.ZygotePool) -> None:
        """It starts again without the module that ended it, after a pause that grows each time. The popular one does not."""
        if ended.name == POPULAR:
            log.say("log", f"image {ended.name}: ended" + (f" while importing {ended.importing}" if ended.importing else ""))
            if ended.importing:
                self._pool.leave_out(ended.importing)
            return
        modules = tuple(name for name in ended.modules if name != ended.importing)
        why = f" while importing {ended.importing}" if ended.importing else ""
        if ended.modules and not modules:
            log.say("log", f"image {ended.name}: ended{why}, which was all that it had to import")
            return
        pause = self._next_pause(ended)
        if not self.works and not ended.modules and pause > HOPELESS_PAUSE:
            self.cannot_park("the interpreter ends before it can run programs")
            return
        without = f" without {ended.importing}" if ended.importing else ""
        log.say("log", f"image {ended.name}: ended{why}; starts again{without} in {pause:g} s")
        self._own_events.later(pause, lambda: self._start_again(ended, modules))

    def _next_pause(self, ended: zygote_pool.ZygotePool) -> float:
        last = 0.0 if ended.was_steady() else self._pauses.get(ended.name, 0.0)
        self._pauses[ended.name] = min(2 * last or RESTART_SECONDS, LONGEST_PAUSE)
        return self._pauses[ended.name]

    def _start_again(self, ended: zygote_pool.ZygotePool, modules: Tuple[str, ...]) -> None:
        if not self.closed and not self._retired:
            self._start(ended.name, modules)

    def learnt_in_vain(self) -> Tuple[str, ...]:
        """All that was learnt, where no child of the popular image parks: nobody can tell whose fault that is."""
        popular = self.images.get(POPULAR)
        return self._learnt if popular is not None and popular.is_stuck() else ()

    def offers(self, old: "Generation") -> bool:
        """Whether it has what that one has; what is learnt may be something else today."""
        return self._ready_images() >= old._ready_images() - {POPULAR}

    def _ready_images(self) -> Set[str]:
        return {name for name, each in self.images.items() if each.ready and not each.lost}

    # --- what the warden tells -----------------------------------------------------------------------------------

    def _on_word(self, descriptor: int) -> None:
        try:
            message = self._control.recv(fd_messages.MAX_BYTES).decode("utf-8", "replace")
        except OSError:
            message = ""
        word, _, text = message.partition(" ")
        if word == "ready":
            self.layers = text
            if "uid" not in text.split(","):
                self._ids = identities.Ids(range(0))
            *smaller, (name, modules) = _images(self._settings.preload)
            for each in smaller:
                self._start(*each)
            self._start(name, modules, self._learnt)
        else:
            self.close()
            self._pool.broken(self, text or "the warden ended")

    def _on_fault(self) -> None:
        self.close()
        self._pool.broken(self, "a fault of the sandbox")

    # --- the end -------------------------------------------------------------------------------------------------

    def retire(self) -> None:
        """Closes when its last run has ended."""
        self._retired = True
        for each in self.images.values():
            each.retire()
        self._close_when_empty()

    def _close_when_empty(self) -> None:
        """Sessions may keep one image for hours: the others go before."""
        empty = [each for each in self.images.values() if each.is_empty()]
        for each in empty:
            each.lose()
        if len(empty) == len(self.images):
            self.close()
            self.leave_folders()
        else:
            self._own_events.later(1.0, self._close_when_empty)

    def close(self) -> None:
        """Kills the warden and with it everything in its PID namespace; without one, zygotes end with their sockets."""
        if self.closed:
            return
        self.closed = True
        self._own_events.forget(self._control.fileno())
        self._control.close()
        for each in self.images.values():
            each.lose()

    def leave_folders(self) -> None:
        """When nobody lives there any more."""
        if self._folders is not None:
            self._folders.leave()

    def remove_folders(self) -> None:
        """At the end of the supervisor."""
        if self._folders is not None:
            self._folders.remove()


def _images(preload: Tuple[str, ...]) -> List[Tuple[str, Tuple[str, ...]]]:
    """The small one, one without drawing, and the whole one: forking costs by size."""
    without_drawing = tuple(name for name in preload if not name.startswith("matplotlib"))
    images: List[Tuple[str, Tuple[str, ...]]] = [("plain", ())]
    if without_drawing and without_drawing != preload:
        images.append(("tables", without_drawing))
    if preload:
        images.append(("all", preload))
    return images
