"""What the operator lets programs with network reach although it is not public: addresses, networks, host names.

Names are looked up in a thread of their own, since a lookup can take seconds and the supervisor has one thread for
everybody's programs. Until the first answer has come a name allows nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from typing import Dict, List, Tuple

REFRESH_SECONDS = 30.0  # an answer is at most so old when somebody asks often, else as old as the last question


class Allowlist:
    def __init__(self, words: Tuple[str, ...]) -> None:
        self._networks: List[str] = []
        self._names: List[str] = []
        self._found: Dict[str, List[str]] = {}  # replaced as a whole by the thread
        self._looked_up = float("-inf")
        self._thread = threading.Thread(target=self._look_up, daemon=True)
        for word in words:
            try:
                self._networks.append(str(ipaddress.IPv4Network(word, strict=False)))
            except ValueError:
                self._names.append(word)
        self._refresh()

    def addresses(self) -> List[str]:
        """IPv4 networks and addresses as they are known now; never waits."""
        self._refresh()
        return sorted({*self._networks, *(address for found in self._found.values() for address in found)})

    def _refresh(self) -> None:
        if not self._names or self._thread.is_alive() or time.monotonic() < self._looked_up + REFRESH_SECONDS:
            return
        self._looked_up = time.monotonic()
        self._thread = threading.Thread(target=self._look_up, daemon=True)
        self._thread.start()

    def _look_up(self) -> None:
        """A name that cannot be looked up now keeps the addresses that it had."""
        self._found = {name: _resolve(name) or self._found.get(name, []) for name in self._names}


def _resolve(name: str) -> List[str]:
    try:
        return [str(answer[4][0]) for answer in socket.getaddrinfo(name, None, socket.AF_INET)]
    except (OSError, UnicodeError):
        return []
