"""The books of the long run: what was asked, what was answered, what was offered, and what was wrong."""

from __future__ import annotations

import collections
import random
import threading
import time
from typing import Counter, Dict, List, NamedTuple, Optional


class Offer(NamedTuple):
    """A file that can be had until it expires."""

    url: str
    size: int
    sha256: str
    expires: float  # seconds since the epoch


class Ledger:
    """Shared by all clients."""

    MOST_VIOLATIONS = 50  # that are told; all are counted

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.outcomes: Dict[str, Counter[str]] = collections.defaultdict(collections.Counter)
        self.seconds: Dict[str, List[float]] = collections.defaultdict(list)
        self.answered: Dict[str, int] = {}  # status by request id
        self.sent = 0
        self.vanished = 0
        self.offered = 0
        self.fetched = 0
        self.violations: List[str] = []
        self.violation_count = 0
        self.left: List[str] = []  # sessions that nobody has ended
        self._offers: List[Offer] = []

    def send(self, vanishing: bool = False) -> None:
        with self._lock:
            if vanishing:
                self.vanished += 1
            else:
                self.sent += 1

    def answer(self, identifier: str, status: int, kind: str, seconds: float) -> None:
        with self._lock:
            self.answered[identifier] = status
            self.seconds[kind].append(seconds)

    def outcome(self, kind: str, word: str) -> None:
        with self._lock:
            self.outcomes[kind][word] += 1

    def violation(self, kind: str, text: str) -> None:
        with self._lock:
            self.violation_count += 1
            if len(self.violations) < self.MOST_VIOLATIONS:
                self.violations.append(f"{kind}: {text}")

    def offer(self, offer: Offer) -> None:
        with self._lock:
            self.offered += 1
            self._offers.append(offer)

    def leave(self, session: str) -> None:
        with self._lock:
            self.left.append(session)

    def fetch(self) -> None:
        with self._lock:
            self.fetched += 1

    def an_offer(self, fraction: float) -> Optional[Offer]:
        """One of those that live or have expired not long ago."""
        with self._lock:
            forgotten = time.time() - 60
            if self._offers and self._offers[0].expires < forgotten:
                self._offers = [offer for offer in self._offers if offer.expires >= forgotten]
            return self._offers[int(fraction * len(self._offers))] if self._offers else None


class Deck:
    """Kinds of work in a random order, each as often as its weight, again and again."""

    def __init__(self, weights: Dict[str, int], order: random.Random) -> None:
        self._lock = threading.Lock()
        self._weights = weights
        self._order = order
        self._left: List[str] = []

    def deal(self) -> str:
        with self._lock:
            if not self._left:
                self._left = [kind for kind, weight in self._weights.items() for _ in range(weight)]
                self._order.shuffle(self._left)
            return self._left.pop()
