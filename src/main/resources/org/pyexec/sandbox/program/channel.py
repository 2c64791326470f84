"""What the supervisor hands to the interpreter of a session: frames, and descriptors that come with them."""

from __future__ import annotations

import os
import socket
import sys
from typing import Tuple

from ..wire import frames
from .execution import held

_ONE_DESCRIPTOR = socket.CMSG_SPACE(4)
_WHOLE = socket.MSG_WAITALL | socket.MSG_CMSG_CLOEXEC

# Bound before any program runs, which may replace what these modules have.
_number = int.from_bytes
_exit = os._exit


class Channel:
    def __init__(self, control: int) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=control)
        self._receive = self._socket.recvmsg

    def next_frame(self, builtins: held.Builtins) -> Tuple[bytes, bytes, int]:
        """With the descriptor that came with it, else -1; not a byte more is read. Threads have their `builtins` meanwhile."""
        builtins.release()
        data, handed = self._exactly(frames.HEADER_BYTES)
        builtins.hold()
        kind, length = frames.header(data)
        return kind, self._exactly(length)[0], handed

    def _exactly(self, size: int) -> Tuple[bytes, int]:
        """Also when signals come in between."""
        data, handed = b"", -1
        while len(data) < size:
            more, ancillary, _, _ = self._receive(size - len(data), _ONE_DESCRIPTOR, _WHOLE)
            if not more:
                _exit(0)  # the session is over
            data += more
            for _, _, content in ancillary:
                handed = _number(content[:4], sys.byteorder)
        return data, handed
