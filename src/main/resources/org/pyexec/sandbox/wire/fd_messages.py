"""Short messages with descriptors, as the processes of the sandbox send them to each other; unix(7), SCM_RIGHTS.

Leaner than socket.send_fds and recv_fds, which matters in a zygote: every page that it touches between two forks is copied.
"""

from __future__ import annotations

import socket
import struct
from typing import List, Tuple

MAX_BYTES = 4096
_MAX_DESCRIPTORS = 16
_SPACE = socket.CMSG_SPACE(_MAX_DESCRIPTORS * 4)


def send(channel: socket.socket, message: bytes, descriptors: Tuple[int, ...]) -> None:
    """The descriptors stay the caller's; raises OSError."""
    rights = struct.pack(f"={len(descriptors)}i", *descriptors)
    channel.sendmsg((message,), ((socket.SOL_SOCKET, socket.SCM_RIGHTS, rights),))


def receive(channel: socket.socket) -> Tuple[bytes, List[int]]:
    """An empty message when the other side is gone. The caller owns the descriptors; raises OSError."""
    message, ancillary, _, _ = channel.recvmsg(MAX_BYTES, _SPACE, socket.MSG_CMSG_CLOEXEC)
    descriptors: List[int] = []
    for _, _, rights in ancillary:
        descriptors += struct.unpack(f"={len(rights) // 4}i", rights)
    return message, descriptors
