"""What a run has of the machine's memory, as far as proc(5) tells: where no control group counts it, and beside one.

Resident pages are not enough. Shared anonymous memory lives in an object of its own, whose pages stay when every process
has dropped them from its tables (madvise(2), MADV_DONTNEED) or keeps a single page of it mapped. The kernel has memory of
its own for mappings, page tables and what waits in sockets.
"""

from __future__ import annotations

import math
import mmap
import os
import re
from typing import Dict, Iterable, List, NamedTuple, Tuple

from . import policy, processes

MOST_MAPS_BYTES = 8 << 20  # of text about all mappings of a run, which are read at once: some 100,000
MOST_OBJECTS = 4096  # of shared memory
FULL_LOOKS = 2  # every other look goes through all mappings
BYTES_OF_A_MAPPING = 320  # struct vm_area_struct and what hangs on it
_PAGE = os.sysconf("SC_PAGE_SIZE")
_SHARED = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) ..[-x]s ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) (\d+)", re.MULTILINE)

Object = Tuple[bytes, bytes]  # device and inode, as they stand in the maps


class Mapping(NamedTuple):
    place: str  # its file's name below /proc/pid/map_files
    object: Object
    end: int  # bytes of the object up to the end of this mapping


class Scale:
    """Weighs one run again and again; remembers how large its objects have been seen."""

    def __init__(self, report: int) -> None:
        """`report` is the descriptor of a memory that is not the program's own."""
        status = os.fstat(report)
        self._device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}".encode()
        self._not_counted = str(status.st_ino).encode()
        self._sizes: Dict[Object, int] = {}
        self._beside = math.inf  # resident pages, when it was last looked at
        self._looks = 0

    def weigh(self, pids: Iterable[int], network: int, enough: int) -> float:
        """Bytes, infinite when there is more to look at than honest programs have. It is less exact below `enough`.

        `network`: a process in the run's own network namespace, 0 where it has none. Raises OSError.
        """
        living = [task for task in map(processes.with_memory, pids) if task is not None]
        resident = sum(_resident(pid) for pid in living)
        self._looks += 1
        if self._looks % FULL_LOOKS or self._beside + resident > enough:
            self._beside = self._look_beside(living, network)
        if self._beside + resident <= enough:
            return self._beside + resident
        return self._beside + min(resident, sum(_anonymous(pid) for pid in living))

    def _look_beside(self, living: List[int], network: int) -> float:
        kernel = _sockets(network)
        objects: Dict[Object, int] = {}
        left = MOST_MAPS_BYTES
        for pid in living:
            maps = processes.read(f"/proc/{pid}/maps", left)
            left -= len(maps)
            kernel += maps.count(b"\n") * BYTES_OF_A_MAPPING + _page_tables(pid)
            for mapping in self._shared(maps):
                if mapping.object not in objects or not has_map_files():
                    objects[mapping.object] = max(objects.get(mapping.object, 0), self._size(pid, mapping))
            if left <= 0 or len(objects) > MOST_OBJECTS:
                return math.inf
        self._sizes = objects
        return kernel + sum(objects.values())

    def _shared(self, maps: bytes) -> List[Mapping]:
        found = []
        for match in _SHARED.finditer(maps):
            begin, end, offset, device, inode = match.groups()
            if device == self._device and inode != self._not_counted:
                size = int(end, 16) - int(begin, 16)
                found.append(Mapping(plain(begin + b"-" + end), (device, inode), int(offset, 16) + size))
        return found

    def _size(self, pid: int, mapping: Mapping) -> int:
        """What it holds, where we may ask for that; else how far it has ever been seen to reach."""
        if has_map_files():
            try:
                return os.stat(f"/proc/{pid}/map_files/{mapping.place}").st_blocks * 512
            except (FileNotFoundError, PermissionError):
                pass  # the mapping has just changed, or this process is of another kind
        return max(mapping.end, self._sizes.get(mapping.object, 0))


_may_ask: List[bool] = []


def has_map_files() -> bool:
    """Only an administrator may follow these links; proc(5), /proc/pid/map_files."""
    if not _may_ask:
        with mmap.mmap(-1, _PAGE):
            maps = processes.read("/proc/self/maps")
            shared = next(match for match in _SHARED.finditer(maps))
            try:
                os.stat("/proc/self/map_files/" + plain(b"-".join(shared.groups()[:2])))
                _may_ask.append(True)
            except OSError:
                _may_ask.append(False)
    return _may_ask[0]


def plain(place: bytes) -> str:
    """The name below map_files of a mapping, whose addresses have no zeros at their beginning there."""
    return "-".join(f"{int(part, 16):x}" for part in place.split(b"-"))


def _resident(pid: int) -> int:
    words = processes.read(f"/proc/{pid}/statm").split()
    return int(words[1]) * _PAGE if words else 0


def _anonymous(pid: int) -> int:
    """Private memory, with pages that several processes have divided among them."""
    for line in processes.read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith(b"Pss_Anon:"):
            return int(line.split()[1]) << 10
    return 0


def _page_tables(pid: int) -> int:
    for line in processes.read(f"/proc/{pid}/status").splitlines():
        if line.startswith(b"VmPTE:"):
            return int(line.split()[1]) << 10
    return 0


def _sockets(pid: int) -> int:
    """What could wait in all sockets of a network namespace, but for a few; also in those that nobody has open any more."""
    if pid <= 0:
        return 0
    words = processes.read(f"/proc/{pid}/net/sockstat").split(b"\n", 1)[0].split()
    used = int(words[2]) if words[:2] == [b"sockets:", b"used"] else 0
    return max(0, used - policy.FREE_SOCKETS) * _bytes_of_a_socket()


_usual_buffers: List[int] = []


def _bytes_of_a_socket() -> int:
    """An administrator may have made the usual buffers larger; socket(7)."""
    if not _usual_buffers:
        names = ("wmem_default", "rmem_default")
        _usual_buffers.append(sum(int(processes.read(f"/proc/sys/net/core/{name}") or 0) for name in names))
    return max(policy.SOCKET_BYTES, *_usual_buffers)
