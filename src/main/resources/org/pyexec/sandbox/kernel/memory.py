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
from typing import Dict, Iterator, List, NamedTuple, Tuple

from . import processes
from ..policy import policy

MOST_MAPS_BYTES = 8 << 20  # of text about all mappings of a run, which are read at once: some 100,000
MOST_OBJECTS = 4096  # of shared memory
FULL_LOOKS = 2  # every other look goes through all mappings
BYTES_OF_A_MAPPING = 320  # struct vm_area_struct and what hangs on it
_PAGE = os.sysconf("SC_PAGE_SIZE")
_SHARED = re.compile(rb"([0-9a-f]+)-([0-9a-f]+) ..[-x]s ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) (\d+)")
_MARK = b"s "  # in each of these lines, and in few others

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
        self._beside = math.inf  # resident pages and swapped ones, when it was last looked at
        self._kernel = math.inf  # of that what is the kernel's own
        self._swapped = 0  # then
        self._looks = 0

    def weigh(self, living: List[int], network: int, enough: int, counted: float = math.inf) -> float:
        """Bytes, infinite when there is more to look at than honest programs have. It is less exact below `enough`.

        `living`: of each process a thread that has memory. `network`: a process in the run's own network namespace, 0 where it
        has none. `counted`: what a control group has counted, which is all but the kernel's own, or a part of that. Raises OSError.
        """
        resident = sum(_resident(pid) for pid in living)
        self._looks += 1
        if self._looks % FULL_LOOKS or self._beside + self._swapped + resident > enough:
            self._beside = self._look_beside(living, network)
        if self._beside + self._swapped + resident <= enough:
            return self._beside + self._swapped + resident
        if counted + self._kernel <= enough:  # to look closer at hundreds of processes takes long
            return counted + self._kernel
        exact = [_divided(pid) for pid in living]
        return self._beside + min(resident, sum(own for own, _ in exact)) + min(self._swapped, sum(away for _, away in exact))

    def _look_beside(self, living: List[int], network: int) -> float:
        kernel = _sockets(network) if network > 0 else _sockets_of(living)
        self._kernel, self._swapped = math.inf, 0
        objects: Dict[Object, int] = {}
        left = MOST_MAPS_BYTES
        for pid in living:
            maps = processes.read(f"/proc/{pid}/maps", left)
            left -= len(maps)
            tables, swapped = _told(processes.read(f"/proc/{pid}/status"), b"VmPTE:", b"VmSwap:")
            kernel += maps.count(b"\n") * BYTES_OF_A_MAPPING + tables
            self._swapped += swapped
            for mapping in self._shared(maps):
                if mapping.object not in objects or not has_map_files():
                    objects[mapping.object] = max(objects.get(mapping.object, 0), self._size(pid, mapping))
            if left <= 0 or len(objects) > MOST_OBJECTS:
                return math.inf
        self._sizes, self._kernel = objects, kernel
        return kernel + sum(objects.values())

    def _shared(self, maps: bytes) -> List[Mapping]:
        found = []
        for match in _lines_of_shared(maps):
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


def _lines_of_shared(maps: bytes) -> "Iterator[re.Match[bytes]]":
    """One expression over megabytes would keep the other threads from running for as long."""
    end = 0
    place = maps.find(_MARK)
    while place >= 0:
        begin = maps.rfind(b"\n", end, place) + 1 or end
        end = maps.find(b"\n", place)
        end = len(maps) if end < 0 else end
        match = _SHARED.match(maps, begin, end)
        if match is not None:
            yield match
        place = maps.find(_MARK, end)


_may_ask: List[bool] = []


def has_map_files() -> bool:
    """Only an administrator may follow these links; proc(5), /proc/pid/map_files."""
    if not _may_ask:
        with mmap.mmap(-1, _PAGE):
            maps = processes.read("/proc/self/maps")
            shared = next(_lines_of_shared(maps))
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


def _divided(pid: int) -> Tuple[int, int]:
    """Private memory, and what of it is in swap space, with pages that several processes have divided among them."""
    return _told(processes.read(f"/proc/{pid}/smaps_rollup"), b"Pss_Anon:", b"SwapPss:")


def _told(text: bytes, *names: bytes) -> Tuple[int, int]:
    """Bytes, of two lines that tell kilobytes; 0 where there is no such line."""
    lines = dict.fromkeys(names, 0)
    for line in text.splitlines():
        name, _, rest = line.partition(b":")
        if name + b":" in lines:
            lines[name + b":"] = int(rest.split()[0]) << 10
    first, second = lines.values()
    return first, second


def _sockets(pid: int) -> int:
    """What could wait in all sockets of a network namespace, but for a few; also in those that nobody has open any more."""
    words = processes.read(f"/proc/{pid}/net/sockstat").split(b"\n", 1)[0].split()
    used = int(words[2]) if words[:2] == [b"sockets:", b"used"] else 0
    return max(0, used - policy.FREE_SOCKETS) * _bytes_of_a_socket()


def _sockets_of(pids: List[int]) -> int:
    """The same where they have no network of their own: of sockets that are open."""
    count = 0
    for pid in pids:
        descriptors = _names(f"/proc/{pid}/fd")
        if len(descriptors) > policy.FREE_OPEN_SOCKETS:
            count += sum(_is_socket(f"/proc/{pid}/fd/{name}") for name in descriptors)
    return max(0, count - policy.FREE_OPEN_SOCKETS) * _bytes_of_a_socket()


def _names(folder: str) -> List[str]:
    try:
        return os.listdir(folder)
    except (FileNotFoundError, ProcessLookupError):
        return []


def _is_socket(link: str) -> bool:
    try:
        return os.readlink(link).startswith("socket:")
    except FileNotFoundError:
        return False


_usual_buffers: List[int] = []


def _bytes_of_a_socket() -> int:
    """An administrator may have made the usual buffers larger; socket(7)."""
    if not _usual_buffers:
        names = ("wmem_default", "rmem_default")
        _usual_buffers.append(sum(int(processes.read(f"/proc/sys/net/core/{name}") or 0) for name in names))
    return max(policy.SOCKET_BYTES, *_usual_buffers)
