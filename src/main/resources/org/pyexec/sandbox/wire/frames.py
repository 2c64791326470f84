"""Frames on the run's connection and fields inside them; docs/protocol.md describes both.

A frame is one letter, the length of the payload as 32 bits big-endian, and the payload. A payload of fields is a
sequence of: length of the name (8 bits), name, length of the value (32 bits), value.
"""

from __future__ import annotations

import struct
import sys
from typing import Iterable, List, Optional, Tuple

REQUEST = b"R"
SESSION = b"N"
INTERRUPT = b"I"
CANCEL = b"C"
ERRAND = b"A"
STARTED = b"S"
UNAVAILABLE = b"U"
STDOUT = b"O"
STDERR = b"E"
FILE = b"F"
DATA = b"D"
END = b"X"
ANSWER = b"Y"
GONE = b"G"
STDIN = b"T"
WORD = b"W"

_HEADER = struct.Struct(">cI")
_LENGTH = struct.Struct(">I")
HEADER_BYTES = _HEADER.size

Fields = List[Tuple[str, bytes]]


class ProtocolError(Exception):
    """The other side does not speak the protocol."""


def frame(kind: bytes, payload: bytes) -> bytes:
    return _HEADER.pack(kind, len(payload)) + payload


def encode(fields: Iterable[Tuple[str, bytes]]) -> bytes:
    parts = []
    for name, value in fields:
        encoded = name.encode()
        parts.append(bytes((len(encoded),)) + encoded + _LENGTH.pack(len(value)) + value)
    return b"".join(parts)


def decode(payload: bytes, most: int = sys.maxsize) -> Fields:
    """Raises ProtocolError, also where there are more fields than `most`."""
    fields: Fields = []
    at = 0
    try:
        while at < len(payload):
            if len(fields) == most:
                raise ProtocolError("too many fields")
            name_end = at + 1 + payload[at]
            name = payload[at + 1 : name_end].decode("ascii")
            (length,) = _LENGTH.unpack_from(payload, name_end)
            at = name_end + 4 + length
            if at > len(payload):
                raise ProtocolError("a field is cut off")
            fields.append((name, payload[name_end + 4 : at]))
    except (struct.error, UnicodeDecodeError, IndexError) as e:
        raise ProtocolError("malformed fields") from e
    return fields


def header(data: bytes) -> Tuple[bytes, int]:
    """Kind and length of the payload that follows; `data` has HEADER_BYTES."""
    kind, length = _HEADER.unpack(data)
    return kind, length


class Reader:
    """Takes bytes as they come and gives whole frames; refuses frames above the limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def next(self) -> Optional[Tuple[bytes, bytes]]:
        if len(self._buffer) < _HEADER.size:
            return None
        kind, length = _HEADER.unpack_from(self._buffer)
        if length > self._limit:
            raise ProtocolError(f"a frame of {length} bytes")
        end = _HEADER.size + length
        if len(self._buffer) < end:
            return None
        payload = bytes(self._buffer[_HEADER.size : end])
        del self._buffer[:end]
        return kind, payload
