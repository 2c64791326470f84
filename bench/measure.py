#!/usr/bin/env python3
"""Measures this server beside what people use instead; bench/run.sh prepares everything and calls it.

    measure.py [quick | smoke]

Everything that is compared is measured in turns, so that the noise of the machine meets all of it.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from typing import Callable, Dict, List, Tuple

import load
import machine
import processes
import report
from commands import Bare, Bubblewrap, Timing, Wrong
from effort import EFFORTS, Effort
from programs import FIGURE, FILE, IN_SESSION, PANDAS, PASS, PRINT, STREAMED, Program
from servers import HERE, Ours, Plain, Server

PAUSE = 0.02  # before each measurement of a sequence: whatever ran before is taken down in it
UPLOAD_BYTES = 20 << 20
CLIENTS = (1, 2, 4, 8, 16, 50)
PANDAS_CLIENTS = 4
SESSIONS = 6


class Bench:
    """The contestants, and what was found out about them; times are in seconds until they are written."""

    def __init__(self, effort: Effort, folder: str, ours: Server, plain: Server) -> None:
        self.effort = effort
        self.ours, self.plain, self.bare = ours, plain, Bare(folder)
        self.bubblewrap = Bubblewrap(folder, shutil.which("bwrap") or "bwrap")
        self.all = [self.bare, self.bubblewrap, self.plain, self.ours]
        self.errors: List[str] = []
        self._random = random.Random(4)

    def sequences(self) -> Dict[str, object]:
        """For each kind of work and contestant, how long each answer took; bare Python's `pass` in every round."""
        found: Dict[str, object] = {}
        for program in (PRINT, PANDAS, FIGURE, FILE):
            actions = {contestant.name: _running(contestant, program) for contestant in self.all}
            found[program.name] = self._alternate(program.name, actions)
        found[STREAMED.name] = self._alternate(STREAMED.name, {self.ours.name: self.ours.first_output})
        session = self.ours.open_session()
        found[IN_SESSION.name] = self._alternate(
            IN_SESSION.name, {self.ours.name: lambda: self.ours.run_in(session, IN_SESSION)}
        )
        self.ours.delete_session(session)
        content = os.urandom(UPLOAD_BYTES)
        uploads = {server.name: lambda server=server: server.host(content) for server in (self.plain, self.ours)}
        found["upload"] = self._alternate("upload", uploads)
        return found

    def _alternate(self, work: str, actions: Dict[str, Callable[[], Timing]]) -> Dict[str, object]:
        say(f"one after another: {work}")
        actions = {"pass": _running(self.bare, PASS), **actions}
        times: Dict[str, List[Timing]] = {name: [] for name in actions}
        for name, action in actions.items():
            self._attempt(action)  # the first is not counted: caches fill
        for _ in range(self.effort.rounds[work]):
            for name in self._random.sample(list(actions), len(actions)):
                time.sleep(PAUSE)
                times[name] += self._attempt(actions[name])
        return {
            name: {"answered": [_ms(t.answered) for t in taken], "fetched": [_ms(t.fetched) for t in taken]}
            for name, taken in times.items()
        }

    def _attempt(self, action: Callable[[], Timing]) -> List[Timing]:
        try:
            return [action()]
        except (Wrong, OSError, ValueError, KeyError) as error:
            self.errors.append(str(error))
            say(f"error: {error}")
            return []

    def loads(self) -> Dict[str, object]:
        """Runs per second, and how long they took, by program, contestant and number of clients."""
        effort = self.effort
        plan = [(PRINT, clients, effort.print_seconds, [self.bare, self.plain, self.ours]) for clients in CLIENTS]
        plan.append((PANDAS, PANDAS_CLIENTS, effort.pandas_seconds, [self.bare, self.plain, self.ours]))
        total: Dict[Tuple[str, str, int], load.Load] = {}
        for _ in range(effort.passes):
            for program, clients, seconds, contestants in plan:
                say(f"{program.name}, {clients} at a time")
                for contestant in self._random.sample(contestants, len(contestants)):
                    key = program.name, contestant.name, clients
                    once = _load(contestant, program, clients, seconds)
                    total[key] = total[key] + once if key in total else once
        found: Dict[str, Dict[str, Dict[str, object]]] = {}
        for (program_name, name, clients), sum_of_all in total.items():
            found.setdefault(program_name, {}).setdefault(name, {})[str(clients)] = sum_of_all.summary()
            if sum_of_all.errors:
                self.errors.append(f"{name}, {program_name}, {clients} at a time: {sum_of_all.errors} wrong answers")
        return found

    def processor_time(self) -> Dict[str, float]:
        """Milliseconds of processor time per `print`, everything counted but the kernel's own threads."""
        say("processor time")
        runs = {"bare": 10, "bubblewrap": 10, "plain": 10, "ours": 40}
        spent = dict.fromkeys(runs, 0.0)
        before = {server.name: processes.processor_seconds(server.process.pid) for server in (self.plain, self.ours)}
        for _ in range(self.effort.blocks):
            for contestant in self._random.sample(self.all, len(self.all)):
                children = _children_seconds()
                for _ in range(runs[contestant.name]):
                    self._attempt(_running(contestant, PRINT))
                spent[contestant.name] += _children_seconds() - children
        time.sleep(1)  # the last are taken down and replaced
        for server in (self.plain, self.ours):  # the rest of their trees is not below this process
            spent[server.name] = processes.processor_seconds(server.process.pid) - before[server.name]
        return {name: _ms(seconds / (runs[name] * self.effort.blocks)) for name, seconds in spent.items()}

    def memory(self) -> Dict[str, object]:
        found: Dict[str, object] = {}
        for server in (self.plain, self.ours):
            found[server.name] = processes.memory(server.process.pid)._asdict()
        code = "print(sum(int(l.split()[1]) for l in open('/proc/self/smaps_rollup') if l.startswith('Pss:')))"
        child = self.bare.start(code)
        while child.read():
            pass
        child.wait()
        size = int(child.printed) / 1024
        found["bare"] = processes.Memory(size, size, 1, 0)._asdict()
        return found

    def session_memory(self) -> float:
        """Megabytes that an idle session has to itself, in which numpy and pandas have been used."""
        say("idle sessions")
        root = self.ours.process.pid
        before = processes.private_megabytes_below(root)
        sessions = [self.ours.open_session() for _ in range(SESSIONS)]
        for session in sessions:
            self.ours.run_in(session, PANDAS)
        time.sleep(3)  # the children that wait for the next programs are there again
        used = processes.private_megabytes_below(root) - before
        for session in sessions:
            self.ours.delete_session(session)
        return round(used / SESSIONS, 2)

    def warm(self) -> None:
        """As servers are that have been up for a while: their code is compiled. This is not counted."""
        say("warming up")
        for server in (self.plain, self.ours):
            load.over_http(server.port, PRINT, 4, self.effort.warm_seconds)

    def touch(self) -> None:
        """Every image has run something, and the children that wait for the next program are there."""
        for program in (PRINT, PANDAS, FIGURE):
            for contestant in self.all:
                self._attempt(_running(contestant, program))
        time.sleep(3)


def _running(contestant, program: Program) -> Callable[[], Timing]:
    return lambda: contestant.run(program)


def _load(contestant, program: Program, clients: int, seconds: float) -> load.Load:
    if isinstance(contestant, Server):
        return load.over_http(contestant.port, program, clients, seconds)
    return load.by_spawning(contestant, program, clients, seconds)


def _ms(seconds: float) -> float:
    return round(seconds * 1e3, 3)


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(effort: Effort, folder: str) -> Dict[str, object]:
    say("start")
    starts = []
    for _ in range(effort.starts - 1):
        with Ours(folder) as server:
            starts.append(server.started)
    with Ours(folder) as ours, Plain(folder) as plain:
        bench = Bench(effort, folder, ours, plain)
        bench.touch()
        found: Dict[str, object] = {"machine": machine.describe(ours), "starts": [*starts, ours.started]}
        found["memory idle"] = bench.memory()
        bench.warm()
        found["sequences"] = bench.sequences()
        found["session megabytes"] = bench.session_memory()
        found["loads"] = bench.loads()
        found["processor time"] = bench.processor_time()
        time.sleep(2)
        found["memory after"] = bench.memory()
        found["errors"] = bench.errors
        return found


def say(text: str) -> None:
    print(f"[{time.monotonic() - BEGAN:5.0f} s] {text}", file=sys.stderr, flush=True)


def _end(number: int, _: object) -> None:
    sys.exit(128 + number)


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _end)
    effort = sys.argv[1] if sys.argv[1:] else "full"
    if effort not in EFFORTS or len(sys.argv) > 2:
        sys.exit("usage: bench/run.sh [quick | smoke]")
    results = os.path.join(HERE, "results" if effort == "full" else "../target/bench")
    folder = tempfile.mkdtemp(prefix="executor-bench-")
    back = os.getcwd()
    os.chdir(folder)
    try:
        found = measure(EFFORTS[effort], folder)
    finally:
        os.chdir(back)
        shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(results, exist_ok=True)
    base = os.path.join(results, found["machine"]["date"].split()[0] if effort == "full" else effort)
    with open(base + ".json", "w", encoding="utf-8") as raw:
        json.dump(found, raw, indent=None, separators=(",", ":"))
        raw.write("\n")
    report.write(base)
    say(f"written: {os.path.relpath(base)}.md, .svg and .json")
    return 1 if found["errors"] else 0


BEGAN = time.monotonic()

if __name__ == "__main__":
    sys.exit(main())
