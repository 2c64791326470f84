#!/usr/bin/env python3
"""Measures what hostile programs cost in memory.

    /usr/bin/python3 bench/costs.py

Starts a server of its own from the jar that was built. The first table says by how much the memory of the supervisor grows for
each session whose programs leave as much as they can to remember. The second says how much less memory the machine has, at the worst
moment, while a program with a limit of 256 MB runs that wants more; the machine should have nothing else to do meanwhile. Tables go to
standard output.
"""

from __future__ import annotations

import collections
import sys
import threading
import time
from typing import Counter, Dict, List, Tuple

import soak_attacks
import soak_footprint
from beside import Caller
from soak_http import Violation
from soak_server import Server

SESSIONS = 8
LIMIT_MB = 256
MOST_OF_A_SESSION_MB = 20
BESIDE_THE_LIMIT_MB = 64  # with control groups, and the disk
SAMPLES_SECONDS = 0.01

REMEMBERED = {
    "8,000 files with long names": "import os\nfor n in range(8000): open(f'{n:05}' + 'n' * 120, 'w').close()",
    "names of a megabyte, changed each time": "import os\nfor n in range(4000): open(f'{n:05}' + 'n' * 240, 'w').write('x')",
    "deep folders": "import os\nfor n in range(60):\n    os.makedirs('/'.join([f'{n:02}' + 'd' * 50] * 30), exist_ok=True)",
    "8 MB of displays": "display('x' * 4_000_000)\ndisplay('y' * 3_900_000)",
    "a traceback without end": "def f(): raise ValueError('x' * 10_000_000)\nf()",
    "megabytes of output": "print('x' * 30_000_000)",
    "large files": "import os\nfor n in range(3): open(f'{n}', 'wb').write(os.urandom(15 << 20))",
    "threads, processes, pipes": "import os, time\nfor _ in range(50):\n    if os.fork() == 0:\n        held = [os.pipe() for _ in range(100)]\n        time.sleep(100)",
}


def how_it_ended(caller: Caller, fields: Dict[str, object]) -> str:
    try:
        answer = caller.ask("POST", "/execute", fields)
    except Violation:
        return "more than the client takes"
    run = answer.get("run")
    return str(run["reason"]) if isinstance(run, dict) else str(answer.get("error"))


def grown(server: Server, code: str) -> Tuple[float, str]:
    """Megabytes of the supervisor for each session in which this has run twice, and how the programs ended."""
    caller = Caller(server.port, "127.0.0.2")
    supervisor = soak_footprint.supervisor(server.pid)
    before = soak_footprint.pss([supervisor])
    sessions = [str(caller.ask("POST", "/sessions", {})["sessionId"]) for _ in range(SESSIONS)]
    ends: Counter[str] = collections.Counter()
    for _ in range(2):
        for session in sessions:
            ends[how_it_ended(caller, {"code": code, "session": session, "timeout": 30})] += 1
    after = soak_footprint.pss([supervisor])
    for session in sessions:
        caller.ask("DELETE", f"/sessions/{session}", {})
    return (after - before) / 1024 / SESSIONS, ", ".join(f"{count} {end}" for end, count in ends.items())


def free_mb() -> float:
    """Of the machine: what is not used, and what the kernel would give up at once; proc(5), /proc/meminfo."""
    with open("/proc/meminfo", encoding="ascii") as file:
        lines = dict(line.split(":") for line in file)
    return int(lines["MemAvailable"].split()[0]) / 1024


def cost(server: Server, code: str) -> Tuple[float, str]:
    """Megabytes less than before, at the worst moment, and how the program ended."""
    caller = Caller(server.port, "127.0.0.2")
    over = threading.Event()
    seen: List[float] = []

    def sample() -> None:
        while not over.is_set():
            seen.append(free_mb())
            time.sleep(SAMPLES_SECONDS)

    time.sleep(1)  # what the last one has left is given back
    before = free_mb()
    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        end = how_it_ended(caller, {"code": code, "timeout": 10, "limits": {"memory_mb": LIMIT_MB}})
    finally:
        over.set()
        sampler.join()
    return before - min(seen), end


def main() -> int:
    failures: List[str] = []
    with Server(60) as server:
        server.await_ready()
        health = server.health()["sandbox"]
        for _ in range(20):
            Caller(server.port, "127.0.0.5").run("import pandas", 20)
        print(f"| what a session leaves | supervisor, MB for each of {SESSIONS} | its programs |\n| --- | --- | --- |", flush=True)
        for what, code in REMEMBERED.items():
            size, ends = grown(server, code)
            print(f"| {what} | {size:.1f} | {ends} |", flush=True)
            if "completed" not in ends and "error" not in ends:
                failures.append(f"{what}: the programs did not run")
            if size > MOST_OF_A_SESSION_MB:
                failures.append(f"{what}: {size:.1f} MB")
        layers = health["layers"]
        print(f"\nLayers: {layers}\n\n| program, limit {LIMIT_MB} MB | MB less for the machine | ended |\n| --- | --- | --- |", flush=True)
        attacks = soak_attacks.of_tier(str(health["tier"]))
        for attack in attacks:
            if attack.kind.partition("/")[0] in ("limits", "beside") or "access_lists" in attack.kind:
                less, end = cost(server, attack.code)
                print(f"| {attack.kind} | {less:.0f} | {end} |", flush=True)
                if less > LIMIT_MB + 64 + BESIDE_THE_LIMIT_MB and "cgroup" in str(layers):
                    failures.append(f"{attack.kind}: {less:.0f} MB")
        server.stop()
    print()
    print("\n".join(failures) or "Everything within its bounds.")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
