"""The warden, the zygotes and the children parked in advance."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections import deque
from typing import Callable, Deque, Dict, List, Optional, Set, Tuple

from . import cells, config, loop, network, policy, slot

TIERS = ("namespaces", "landlock")  # the strongest first; never none by itself
PARKED = 3  # children ready per image
REFILL_SECONDS = 0.002
MAKING = 4  # at once per image
LOOKED_AT_BYTES = 256 << 10  # of a program, for its imports
ATTEMPTS = 5  # children in a row that fail to park before the image is given up
RESTART_SECONDS = 0.5
MESSAGE_BYTES = 4096


Use = Callable[[Optional[slot.Slot]], None]


def say(kind: str, *words: str) -> None:
    """One line for the server: a word, then values, separated by tabs."""
    line = "\t".join((kind, *words)).replace("\n", " ")
    print(line, flush=True)


class Image(slot.ImageDoor):
    """One zygote and its slots."""

    def __init__(self, family: "Family", name: str, modules: Tuple[str, ...]) -> None:
        self.name = name
        self.modules = modules
        self.ready = False
        self.lost = False
        self._family = family
        self._parked: Deque[slot.Slot] = deque()
        self._waiting: Deque[Use] = deque()
        self._reserved: Dict[int, Use] = {}  # by the number of the slot that is being made for it
        self._making = 0
        self._failures = 0
        self._slots: Dict[int, slot.Slot] = {}
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            family.order(f"image {name} {','.join(modules)}", theirs.fileno())
        family.events.watch(self._control.fileno(), loop.READ, self._on_word)

    # --- runs ----------------------------------------------------------------------------------------------------

    def take(self, use: Use, networked: bool = False) -> None:
        """Calls use with a parked slot, now or when there is one; with None when there can be none."""
        if self.lost:
            use(None)
            return
        if networked:
            self._make_networked(use)
            return
        while self._parked:
            found = self._parked.popleft()
            if found.state == "parked":
                use(found)
                break
        else:
            self._waiting.append(use)
        # Not at once: the program that starts now has the first right to the processor.
        self._family.events.later(REFILL_SECONDS if self._parked else 0, self.refill)

    def refill(self) -> None:
        if not self.ready or self.lost:
            return
        wanted = PARKED + len(self._waiting) - len(self._parked) - self._making
        for _ in range(min(wanted, MAKING - self._making)):
            self._making += 1
            number = self._family.next_number()
            self._make(number, self._family.new_cell(number))

    def _make(self, number: int, cell: cells.Cell) -> None:
        fresh = slot.Slot(number, self._family.events, self, cell)
        self._slots[number] = fresh
        fresh.make()

    def _make_networked(self, use: Use) -> None:
        """On demand: an interface costs a process, which would stand beside every parked child."""
        number = self._family.next_number()
        self._reserved[number] = use
        self._make(number, self._family.new_networked_cell())

    # --- what slots tell -----------------------------------------------------------------------------------------

    def ask_to_park(self, number: int, parameters: str, descriptors: List[int]) -> None:
        try:
            socket.send_fds(self._control, [f"park {number} {parameters}".encode()], descriptors)
        except OSError:
            pass  # the zygote is gone; the end of its socket says so too

    def parked(self, ready: slot.Slot) -> None:
        if ready.number in self._reserved:
            self._reserved.pop(ready.number)(ready)
            return
        self._making -= 1
        self._failures = 0
        if self._waiting:
            self._waiting.popleft()(ready)
        else:
            self._parked.append(ready)
        self._family.first_is_parked()
        self.refill()

    def failed(self, broken: slot.Slot, why: str) -> None:
        say("log", f"image {self.name}: {why}")
        if broken.number in self._reserved:
            self._reserved.pop(broken.number)(None)
            return
        if broken in self._parked:
            self._parked.remove(broken)
        else:
            self._making -= 1
        self._failures += 1
        if self._failures >= ATTEMPTS:
            self._family.give_up(why)
        else:
            self._family.events.later(0.01 * 2**self._failures, self.refill)

    def gone(self, ended: slot.Slot) -> None:
        self._slots.pop(ended.number, None)

    # --- what the zygote tells ------------------------------------------------------------------------------------

    def _on_word(self, _: int) -> None:
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 1)
        except OSError:
            message, descriptors = b"", []
        if not message:
            self._on_end()
            return
        word, *values = message.decode().split(" ")
        if word == "ready":
            self.ready = True
            if values and values[0]:
                say("log", f"image {self.name}: not installed: {values[0]}")
            self.refill()
        elif word == "forked":
            self._forked(int(values[0]), descriptors[0])
        elif word == "exit":
            number, status, cpu, peak = map(int, values)
            ended = self._slots.get(number)
            if ended is not None:
                ended.exited(status, cpu, peak)

    def _forked(self, number: int, pidfd: int) -> None:
        parking = self._slots.get(number)
        if parking is None:
            os.close(pidfd)
        else:
            parking.forked(pidfd)

    def _on_end(self) -> None:
        """The zygote is dead: its runs are lost, since nobody can tell how they end; others go on."""
        self.close()
        for each in list(self._slots.values()):
            each.exit = each.exit or [-1, 0, 0]
            each.kill()
        for use in [*self._waiting, *self._reserved.values()]:
            use(None)
        self._waiting.clear()
        self._reserved.clear()
        self._family.image_ended(self)

    def close(self) -> None:
        self.lost = True
        self._family.events.forget(self._control.fileno())
        self._control.close()


class Family:
    """One warden with its zygotes."""

    def __init__(self, events: loop.Loop, settings: config.Config, tier: str, pool: "Pool") -> None:
        self.events = events
        self.tier = tier
        self.images: Dict[str, Image] = {}
        self._folders = cells.Folders() if tier != "namespaces" else None
        self._settings = settings
        self._pool = pool
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            home = self._folders.zygote_home if self._folders else policy.SCRATCH
            self._process = _start_warden(theirs, tier, home)
        events.watch(self._control.fileno(), loop.READ, self._on_word)

    def next_number(self) -> int:
        return self._pool.next_number()

    def new_networked_cell(self) -> cells.Cell:
        return cells.NetworkedCell(self.events, self.order, network.rules(self._settings.network_allow))

    def new_cell(self, number: int) -> cells.Cell:
        if self._folders is None:
            return cells.NamespaceCell(self.events, self.order)
        return cells.FolderCell(self._folders, number, self.tier == "none")

    def order(self, text: str, descriptor: int) -> None:
        try:
            socket.send_fds(self._control, [text.encode()], [descriptor])
        except OSError:
            pass  # the warden is gone; the end of its socket says so too

    def first_is_parked(self) -> None:
        self._pool.works()

    def give_up(self, why: str) -> None:
        self.close()
        self._pool.broken(why)

    def image_ended(self, image: Image) -> None:
        if self.images.get(image.name) is image:
            self.events.later(RESTART_SECONDS, lambda: self._start_again(image))

    def _start_again(self, image: Image) -> None:
        if self.images.get(image.name) is image:
            self.images[image.name] = Image(self, image.name, image.modules)

    def _on_word(self, _: int) -> None:
        try:
            message = self._control.recv(MESSAGE_BYTES).decode("utf-8", "replace")
        except OSError:
            message = ""
        word, _, text = message.partition(" ")
        if word == "ready":
            self._pool.layers = text
            for name, modules in _images(self._settings.preload):
                self.images[name] = Image(self, name, modules)
            return
        self.close()
        self._pool.broken(text or "the sandbox's warden ended")

    def close(self) -> None:
        """Kills the warden and with it everything in its PID namespace."""
        self.events.forget(self._control.fileno())
        self._control.close()
        for image in self.images.values():
            if not image.lost:
                image.close()
        if self._folders is not None:
            self._process.kill()
            self._folders.remove()


_WARDEN = """
import sys
sys.path.insert(0, sys.argv[1])
from pyexec_sandbox import sources
sources.take_into_memory()
from pyexec_sandbox import warden
warden.main()
"""


def _start_warden(control: socket.socket, tier: str, home: str) -> subprocess.Popen:
    """Its stderr goes where ours goes, into the server's log."""
    number = control.fileno()
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    command = [sys.executable, "-I", "-B", "-c", _WARDEN, package, *config.own_arguments()]
    command += [f"control={number}", f"tier={tier}"]
    environment = policy.environment(sys.executable, home)
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, env=environment, pass_fds=[number], cwd="/"
    )


def _images(preload: Tuple[str, ...]) -> List[Tuple[str, Tuple[str, ...]]]:
    """The small one, one without drawing, and the whole one: forking costs by size."""
    without_drawing = tuple(name for name in preload if not name.startswith("matplotlib"))
    images: List[Tuple[str, Tuple[str, ...]]] = [("plain", ())]
    if without_drawing and without_drawing != preload:
        images.append(("tables", without_drawing))
    if preload:
        images.append(("all", preload))
    return images


class Pool:
    """Gives slots to runs; replaces what dies."""

    def __init__(self, events: loop.Loop, settings: config.Config, on_works: Callable[[], None]) -> None:
        self.layers = ""
        self._events = events
        self._settings = settings
        self._on_works = on_works
        self._numbers = 0
        self.working = False
        self.network = False
        self._problems: List[str] = []
        self._tiers = list(TIERS if settings.tier == "auto" else [settings.tier])
        self._family = Family(events, settings, self._tiers.pop(0), self)

    @property
    def tier(self) -> str:
        return self._family.tier

    def next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def works(self) -> None:
        """The first child is parked: isolation works. Whether the network does is found out by trying as well."""
        if self.working:
            return
        self.working = True
        problem = network.missing() if self.tier == "namespaces" else f"not in tier {self.tier}"
        if problem:
            self._network_tried(None, problem)
        else:
            self._family.images["plain"].take(lambda tried: self._network_tried(tried, "it was tried"), True)

    def _network_tried(self, tried: Optional[slot.Slot], problem: str) -> None:
        self.network = tried is not None
        if tried is None:
            say("log", f"no network for programs: {problem}")
        else:
            tried.state = "ending"
            tried.kill()
        self._on_works()

    def broken(self, why: str) -> None:
        """A tier cannot be had. After the last one the process ends; whoever started it decides when to try again."""
        self._problems.append(f"{self._family.tier}: {why}")
        if self._tiers and not self.working:
            say("log", f"tier {self._problems[-1]}")
            self._family = Family(self._events, self._settings, self._tiers.pop(0), self)
        else:
            say("problem", "No isolation is possible here: " + "; ".join(self._problems))
            self._events.stop()

    def take(self, code: bytes, networked: bool, use: Use) -> None:
        self._choose(code).take(use, networked)

    def _choose(self, code: bytes) -> Image:
        images = self._family.images
        needed = _imported(code[:LOOKED_AT_BYTES])
        for image in images.values():
            offered = {module.split(".")[0] for module in image.modules}
            if image.ready and not image.lost and needed <= offered:
                return image
        ready = [image for image in images.values() if image.ready and not image.lost]
        return ready[-1] if ready else images["plain"]

    def close(self) -> None:
        self._family.close()


_IMPORT = re.compile(rb"\b(?:import|from)[ \t]+([A-Za-z_][\w.]*(?:[ \t]*(?:as[ \t]+\w+[ \t]*)?,[ \t]*[A-Za-z_][\w.]*)*)")
_STANDARD = frozenset(getattr(sys, "stdlib_module_names", ()))


def _imported(code: bytes) -> Set[str]:
    """Names of imported modules outside the standard library, by looks; a wrong guess costs an ordinary import."""
    found = set()
    for match in _IMPORT.finditer(code):
        for part in match.group(1).decode("ascii", "replace").split(","):
            found.add(part.split()[0].split(".")[0])
    return found - _STANDARD
