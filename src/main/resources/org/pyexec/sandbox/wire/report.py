"""What a program's process tells about its own end: a small shared memory, written there, read by the supervisor.

It needs no open descriptor in the program; while a fresh interpreter begins, it has one (fresh.py). A program that finds the
memory and writes nonsense into it can only lie about its own run; the supervisor checks every length, and the size is sealed.
The kernel's word on how the process ended comes from the zygote.

Layout: 32 bits state, 32 bits length, then fields as in frames.py, native byte order. Behind it, from BYTES on, what the
program shows: 32 bits length, then lines of JSON (display.py). The length is written last, so what was shown is there however
the program ends.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import struct
from typing import Dict, Optional

from . import frames
from ..kernel import syscalls

MOST_FIELDS = 32  # twice as many as there are
BYTES = 256 << 10  # twice what the longest report takes
RESULT_BYTES = 8 << 20  # untouched pages cost nothing
ALL_BYTES = BYTES + RESULT_BYTES
RUNS = 1
DONE = 2
_HEAD = struct.Struct("=II")
_pid = os.getpid  # bound before any program runs


def create() -> int:
    """A descriptor that the caller owns. Nobody can change the size of the memory; memfd_create(2), F_ADD_SEALS in fcntl(2)."""
    descriptor = os.memfd_create("report", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, ALL_BYTES)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    return descriptor


class Writer:
    """The program's end. Made in the zygote, as a place for the memory that a child maps there."""

    def __init__(self) -> None:
        self.address = syscalls.map_private(ALL_BYTES)
        self._view = memoryview((ctypes.c_char * BYTES).from_address(self.address)).cast("B")
        self.results = ResultArea(self.address + BYTES)

    def attach(self, descriptor: int) -> None:
        """In an interpreter that has come without it: maps it, and closes the descriptor."""
        syscalls.map_shared(descriptor, ALL_BYTES, self.address)
        os.close(descriptor)

    def runs(self, fields: Dict[str, bytes]) -> None:
        """From here on a session's program can be interrupted. The fields are there however the program ends."""
        payload = frames.encode(fields.items())
        self._view[_HEAD.size : _HEAD.size + len(payload)] = payload
        self._view[: _HEAD.size] = _HEAD.pack(RUNS, len(payload))

    def done(self, fields: Dict[str, bytes]) -> None:
        payload = frames.encode(fields.items())
        if len(payload) > BYTES - _HEAD.size:
            raise ValueError("the report is too long")
        self._view[_HEAD.size : _HEAD.size + len(payload)] = payload
        self._view[: _HEAD.size] = _HEAD.pack(DONE, len(payload))


class ResultArea:
    """The program's end of what it shows. Nothing is touched before something is."""

    _LENGTH = struct.Struct("=I")

    def __init__(self, address: int) -> None:
        self._view = memoryview((ctypes.c_char * RESULT_BYTES).from_address(address)).cast("B")
        self._length = 0
        self._owner = 0

    def own(self) -> None:
        """In the child, where nothing is shown yet. What the program forks shares the memory, and shows nothing."""
        self._owner = _pid()
        self._length = 0

    @property
    def length(self) -> int:
        return self._length

    def read(self, begin: int, length: int) -> bytes:
        """Of what has been appended."""
        return bytes(self._view[self._LENGTH.size + begin : self._LENGTH.size + begin + length])

    def cut(self, length: int) -> None:
        """Takes back what was appended behind."""
        if _pid() == self._owner and length < self._length:
            self._length = length
            self._view[: self._LENGTH.size] = self._LENGTH.pack(length)

    def append(self, line: bytes) -> bool:
        """Whether there was room."""
        if _pid() != self._owner:
            return True
        begin = self._LENGTH.size + self._length
        if begin + len(line) > RESULT_BYTES:
            return False
        self._view[begin : begin + len(line)] = line
        self._length += len(line)
        self._view[: self._LENGTH.size] = self._LENGTH.pack(self._length)
        return True


def amount(text: bytes) -> int:
    """A number of microseconds or bytes, as a program tells it; raises ValueError at what cannot be one."""
    if len(text) > 18 or not text.isdigit():
        raise ValueError("no amount")
    return int(text)


def clear(descriptor: int) -> None:
    """For the next program of a session."""
    os.pwrite(descriptor, bytes(_HEAD.size), 0)
    os.pwrite(descriptor, bytes(4), BYTES)


def is_running(descriptor: int) -> bool:
    """Whether the program of a session has begun and has not ended, as far as it says."""
    return bool(_HEAD.unpack(os.pread(descriptor, _HEAD.size, 0))[0] == RUNS)


def read_results(descriptor: int) -> bytes:
    """Lines that the program has written, or anything else that it has."""
    (length,) = struct.unpack("=I", os.pread(descriptor, 4, BYTES))
    return os.pread(descriptor, min(length, RESULT_BYTES - 4), BYTES + 4)


def read_early(descriptor: int) -> Optional[Dict[str, bytes]]:
    """What was told before a program that did not come to its end."""
    return _read(descriptor, RUNS)


def read(descriptor: int) -> Optional[Dict[str, bytes]]:
    """What the program reported, None when it did not get that far."""
    return _read(descriptor, DONE)


def _read(descriptor: int, wanted: int) -> Optional[Dict[str, bytes]]:
    state, length = _HEAD.unpack(os.pread(descriptor, _HEAD.size, 0))
    if state != wanted or length > BYTES - _HEAD.size:
        return None
    try:
        return dict(frames.decode(os.pread(descriptor, length, _HEAD.size), MOST_FIELDS))
    except frames.ProtocolError:
        return None
