#!/usr/bin/env python3
"""Measures what somebody else notices of each attack of the tests.

    /usr/bin/python3 bench/beside.py [NAME ...]

Starts a server of its own from the jar that was built. Two clients run the same attack again and again for some seconds; a third
one, at another address, runs `print(1)` meanwhile, and a fourth asks GET /health/live. Before each attack the same is measured
beside two honest programs that keep as many processes busy as the attack does (one, or 30), so that noise of the machine meets
both. A ratio above three is measured twice more, and the middle one of the three counts. NAME, such as beside/holes.py, measures
only these. The table goes to standard output; the note below it says which attack kept the victim waiting for more than three
times as long, and what kept the supervisor's loop for more than 100 ms, of which the server logs a line.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import threading
import time
from typing import Dict, List, NamedTuple, Tuple

import soak_attacks
from soak_http import Connection, Violation, request
from soak_programs import Program
from soak_server import Server

SECONDS = 4
TOO_MUCH = 3
MANY = 30
WARM_UP = 200  # runs
ONE_BUSY = "import time\nuntil = time.monotonic() + 3\nwhile time.monotonic() < until: pass"
MANY_BUSY = f"import os\nfor _ in range({MANY - 1}):\n    if os.fork() == 0: break\n" + ONE_BUSY
USE_MANY = re.compile(r"\bfork\(|setsid|subprocess|Popen|multiprocessing|clone")


class Noticed(NamedTuple):
    """Milliseconds, and how many answers were not as they must be."""

    prints: List[float]
    live: List[float]
    wrong: int

    @property
    def median(self) -> float:
        return statistics.median(self.prints)


class Caller:
    """Runs programs from an address of its own."""

    def __init__(self, port: int, address: str) -> None:
        self._port = port
        self._headers = {"Content_Type": "application/json", "Connection": "close"}
        self._address = address

    def run(self, code: str, timeout: float) -> Dict[str, object]:
        return self.ask("POST", "/execute", {"code": code, "timeout": timeout})

    def ask(self, method: str, path: str, fields: Dict[str, object]) -> Dict[str, object]:
        """The JSON of the answer, whatever its status."""
        body = json.dumps(fields).encode() if fields else b""
        return self._exchange(request(method, path, "beside", body, **self._headers))

    def live(self) -> None:
        self._exchange(request("GET", "/health/live", "beside", **{"Connection": "close"}))

    def _exchange(self, message: bytes) -> Dict[str, object]:
        connection = Connection(self._port, self._address)
        try:
            connection.send(message)
            return connection.answer("GET").json()
        finally:
            connection.close()


def beside(server: Server, code: str, timeout: float) -> Noticed:
    """What a victim notices of two clients that run this again and again."""
    over = threading.Event()

    def attack(address: str) -> None:
        caller = Caller(server.port, address)
        while not over.is_set():
            try:
                caller.run(code, timeout)
            except (OSError, Violation):
                time.sleep(0.1)

    def ask() -> None:
        caller = Caller(server.port, "127.0.0.4")
        while not over.is_set():
            began = time.monotonic()
            try:
                caller.live()
                live.append(1000 * (time.monotonic() - began))
            except (OSError, Violation):
                live.append(float("inf"))
            time.sleep(0.1)

    prints: List[float] = []
    live: List[float] = []
    wrong = 0
    others = [threading.Thread(target=attack, args=(f"127.0.0.{2 + i}",)) for i in range(2)]
    others.append(threading.Thread(target=ask))
    for other in others:
        other.start()
    time.sleep(0.5)
    victim = Caller(server.port, "127.0.0.5")
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        began = time.monotonic()
        try:
            wrong += victim.run("print(1)", 20).get("output") != "1\n"
        except (OSError, Violation):
            wrong += 1
        prints.append(1000 * (time.monotonic() - began))
        time.sleep(0.05)
    over.set()
    for other in others:
        other.join()
    return Noticed(prints, live, wrong)


def compare(server: Server, attack: Program) -> Tuple[Noticed, Noticed, bool]:
    """The victim beside honest programs and beside the attack, and whether those have many processes."""
    many = bool(USE_MANY.search(attack.code))
    timeout = min(attack.timeout, 10)
    honest = beside(server, MANY_BUSY if many else ONE_BUSY, 10)
    return honest, beside(server, attack.code, timeout), many


def middle_of(server: Server, attack: Program) -> Tuple[Noticed, Noticed, bool]:
    """That of three whose ratio is neither the lowest nor the highest, if the first is too high."""
    found = [compare(server, attack)]
    if ratio_of(found[0]) > TOO_MUCH:
        found += [compare(server, attack) for _ in range(2)]
    return sorted(found, key=ratio_of)[len(found) // 2]


def ratio_of(compared: Tuple[Noticed, Noticed, bool]) -> float:
    honest, hostile, _ = compared
    return hostile.median / honest.median


def main(names: List[str]) -> int:
    failures = []
    with Server(60) as server:
        server.await_ready()
        tier = server.health()["sandbox"]["tier"]
        attacks = [each for each in soak_attacks.of_tier(tier) if not names or each.kind in names]
        unknown = set(names) - {each.kind for each in attacks}
        if unknown:
            sys.exit(f"No such attack in tier {tier}: {', '.join(sorted(unknown))}")
        for _ in range(WARM_UP):
            Caller(server.port, "127.0.0.5").run("print(1)", 20)
        print("| attack | busy processes compared with | victim, ms | beside honest ones | ratio | longest | live, longest | wrong |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
        for attack in attacks:
            logged = len(server.log())
            honest, hostile, many = middle_of(server, attack)
            ratio = ratio_of((honest, hostile, many))
            cells = [attack.kind, str(2 * (MANY if many else 1)), f"{hostile.median:.1f}", f"{honest.median:.1f}", f"{ratio:.2f}"]
            cells += [f"{max(hostile.prints):.0f}", f"{max(hostile.live):.0f}", str(hostile.wrong)]
            print("| " + " | ".join(cells) + " |", flush=True)
            lags = [int(lag) for lag in re.findall(r"kept all runs waiting for (\d+) ms", server.log()[logged:])]
            if ratio > TOO_MUCH or hostile.wrong or max(hostile.live) > 1000:
                failures.append(f"{attack.kind}: ratio {ratio:.2f}, {hostile.wrong} wrong, live {max(hostile.live):.0f} ms")
            if lags:
                failures.append(f"{attack.kind}: the loop was kept for {max(lags)} ms (or beside its honest programs)")
        server.stop()
    print()
    print("\n".join(failures) or "Nothing was noticed.")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
