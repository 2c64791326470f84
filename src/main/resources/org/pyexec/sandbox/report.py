"""What a program's process tells about its own end: a small shared memory, written there, read by the supervisor.

It needs no open descriptor in the program. A program that finds the memory and writes nonsense into it can only lie
about its own run; the supervisor checks every length. The kernel's word on how the process ended comes from the zygote.

Layout: 32 bits state, 32 bits length, then fields as in frames.py, native byte order.
"""

from __future__ import annotations

import ctypes
import os
import struct
from typing import Dict, Optional

from . import frames, syscalls

BYTES = 128 << 10
DONE = 2
_HEAD = struct.Struct("=II")


def create() -> int:
    """A descriptor that the caller owns."""
    descriptor = os.memfd_create("report", os.MFD_CLOEXEC)
    os.ftruncate(descriptor, BYTES)
    return descriptor


class Writer:
    """The program's end. Made in the zygote, as a place for the memory that a child maps there."""

    def __init__(self) -> None:
        self.address = syscalls.map_private(BYTES)
        self._view = memoryview((ctypes.c_char * BYTES).from_address(self.address)).cast("B")

    def done(self, fields: Dict[str, bytes]) -> None:
        payload = frames.encode(fields.items())
        if len(payload) > BYTES - _HEAD.size:
            raise ValueError("the report is too long")
        self._view[_HEAD.size : _HEAD.size + len(payload)] = payload
        self._view[: _HEAD.size] = _HEAD.pack(DONE, len(payload))


def read(descriptor: int) -> Optional[Dict[str, bytes]]:
    """What the program reported, None when it did not get that far."""
    state, length = _HEAD.unpack(os.pread(descriptor, _HEAD.size, 0))
    if state != DONE or length > BYTES - _HEAD.size:
        return None
    try:
        return dict(frames.decode(os.pread(descriptor, length, _HEAD.size)))
    except frames.ProtocolError:
        return None
