"""Keeps a number of programs going at once, each followed by the next as soon as it is answered."""

from __future__ import annotations

import math
import selectors
import socket
import time
from typing import Dict, List, NamedTuple, Sequence, Tuple

from client import answer_in, connect, execute_request, is_right
from commands import Bare, Child
from programs import Program

_PATIENCE = 60.0  # seconds that the last answers may take


class Load(NamedTuple):
    """The seconds that each answer took, the seconds that all took together, and how many were not right."""

    latencies: List[float]
    seconds: float
    errors: int

    def __add__(self, other: "Load") -> "Load":
        return Load(self.latencies + other.latencies, self.seconds + other.seconds, self.errors + other.errors)


    def summary(self) -> Dict[str, float]:
        """As it is written: milliseconds, and answers per second."""
        return {
            "per second": round((len(self.latencies) - self.errors) / self.seconds, 2),
            "p50": round(percentile(self.latencies, 50) * 1e3, 3),
            "p99": round(percentile(self.latencies, 99) * 1e3, 3),
            "count": len(self.latencies),
            "errors": self.errors,
        }


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many per cent of all do not exceed."""
    if not values:
        return math.nan
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


class _Clock:
    """When to send no more, and when to wait no longer."""

    def __init__(self, seconds: float) -> None:
        self.began = time.perf_counter()
        self._until = self.began + seconds

    def sending(self) -> bool:
        return time.perf_counter() < self._until

    def left(self) -> float:
        left = self._until + _PATIENCE - time.perf_counter()
        if left <= 0:
            raise TimeoutError(f"no answer for {_PATIENCE:.0f} seconds")
        return left


class _Sender:
    """One client: it has one request on its way at a time."""

    def __init__(self, port: int, request: bytes, selector: selectors.BaseSelector) -> None:
        self._port, self._request, self._selector = port, request, selector
        self._connect()

    def send(self) -> None:
        self.began = time.perf_counter()
        self._received = bytearray()
        self._socket.sendall(self._request)  # smaller than any buffer

    def receive(self, program: Program) -> Tuple[bool, bool]:
        """Whether this was the end of the answer, and whether the answer was right."""
        try:
            part = self._socket.recv(1 << 16)
            if not part:
                raise ConnectionError("closed")
            self._received += part
            answer = answer_in(self._received)
            if answer is None:
                return False, False
            right = is_right(program, answer)
        except (OSError, ValueError, KeyError):
            self._reconnect()
            return True, False
        if answer.closes:
            self._reconnect()
        return True, right

    def close(self) -> None:
        self._selector.unregister(self._socket)
        self._socket.close()

    def _connect(self) -> None:
        self._socket: socket.socket = connect(self._port)
        self._selector.register(self._socket, selectors.EVENT_READ, self)

    def _reconnect(self) -> None:
        self.close()
        self._connect()


def over_http(port: int, program: Program, clients: int, seconds: float) -> Load:
    latencies: List[float] = []
    errors = 0
    with selectors.DefaultSelector() as selector:
        senders = [_Sender(port, execute_request(program), selector) for _ in range(clients)]
        clock = _Clock(seconds)
        for sender in senders:
            sender.send()
        waiting = clients
        while waiting:
            for key, _ in selector.select(clock.left()):
                sender = key.data
                complete, right = sender.receive(program)
                if not complete:
                    continue
                latencies.append(time.perf_counter() - sender.began)
                errors += not right
                if clock.sending():
                    sender.send()
                else:
                    waiting -= 1
        took = time.perf_counter() - clock.began
        for sender in senders:
            sender.close()
    return Load(latencies, took, errors)


def by_spawning(bare: Bare, program: Program, children: int, seconds: float) -> Load:
    latencies: List[float] = []
    errors = 0
    started: Dict[int, Tuple[Child, float]] = {}
    with selectors.DefaultSelector() as selector:

        def start() -> None:
            began = time.perf_counter()
            child = bare.start(program.code)
            started[child.output] = child, began
            selector.register(child.output, selectors.EVENT_READ)

        clock = _Clock(seconds)
        for _ in range(children):
            start()
        while started:
            for key, _ in selector.select(clock.left()):
                child, began = started[key.fd]
                if child.read():
                    continue
                selector.unregister(key.fd)
                del started[key.fd]
                right = child.wait() == 0 and child.printed.decode() == program.prints
                latencies.append(time.perf_counter() - began)
                errors += not right
                if clock.sending():
                    start()
    return Load(latencies, time.perf_counter() - clock.began, errors)
