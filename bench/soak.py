"""The long run; bench/soak.sh starts it and says how it is used."""

from __future__ import annotations

import collections
import datetime
import os
import re
import signal
import sys
import threading
import time
from typing import Any, Dict, List, Optional, Tuple

import soak_footprint as footprint
import soak_report
from soak_clients import Client, Setting
from soak_ledger import Ledger
from soak_server import Server, wait_until

OVERLOAD = 1.5
SWEEP_SECONDS = 30
PARKED = 8  # how many more children the sandbox's pool may hold, as it adapts to the load
NONE_MORE = ("none more", lambda was, now: now <= was)
NONE = ("none", lambda was, now: now == 0)
# What is kept for the next use grows to the most that was needed at once, and no further.
ALLOWED = {
    "processes": (f"{2 * PARKED} more", lambda was, now: now <= was + 2 * PARKED),
    "zombies": NONE,
    "threads of Java": ("16 more", lambda was, now: now <= was + 16),
    "descriptors of Java": ("32 more", lambda was, now: now <= was + 32),
    "of these, sockets": ("2 more", lambda was, now: now <= was + 2),
    "of these, deleted files": NONE_MORE,
    "of these, files in the store": NONE_MORE,
    "descriptors of the supervisor": (f"{8 * PARKED} more", lambda was, now: now <= was + 8 * PARKED),
    "descriptors of other processes": (f"{16 * PARKED} more", lambda was, now: now <= was + 16 * PARKED),
    "namespaces": (f"{6 * PARKED} more", lambda was, now: now <= was + 6 * PARKED),
    "mounts of the server's folders": NONE,
    "control groups": (f"{2 * PARKED} more", lambda was, now: now <= was + 2 * PARKED),  # of version 1 a slot has two
    "scratch folders": (f"{PARKED} more", lambda was, now: now <= was + PARKED),
    "entries of the temporary folder": NONE_MORE,
    "stored contents": NONE,
    "unfinished files": NONE,
    "bodies on their way": NONE,
    "runtime folders": NONE_MORE,
    "PSS of Java, KiB": ("a tenth and 64 MiB more", lambda was, now: now <= was * 1.1 + 64 * 1024),
    "PSS of the sandbox, KiB": ("a tenth and 48 MiB more", lambda was, now: now <= was * 1.1 + 48 * 1024),
}


class Run:
    """One long run from its start to its verdict."""

    def __init__(self, minutes: float, seed: int) -> None:
        self.seconds = minutes * 60
        self.warm_up = min(60.0, max(15.0, self.seconds / 10))
        self.ttl = 20 if minutes <= 2 else 60
        self.seed = seed
        self.ended_early = threading.Event()
        self.ledger = Ledger()
        self.checks: List[Tuple[str, bool, str]] = []
        self.memory: List[Tuple[float, int]] = []

    def perform(self) -> Tuple[str, bool]:
        """The report, and whether all was well."""
        began = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
        with Server(self.ttl) as server:
            server.await_ready()
            health = server.health()
            clients = max(2, round(OVERLOAD * health["executions"]["capacity"]))
            setting = Setting(server.port, f"soak-{os.getpid()}-{self.seed}", self.ledger, self.seed, health["sandbox"]["tier"])
            _say(f"seed {self.seed}, {clients} clients, warming up for {self.warm_up:g} s")
            self._load(server, setting, clients, self.warm_up, "w")
            self._await_idle(server, setting, expired=False)
            before = self._measure(server)
            _say(f"load for {self.seconds / 60:g} minutes")
            self._load(server, setting, clients, self.seconds, "c")
            self._await_idle(server, setting, expired=True)
            after = self._measure(server)
            self._check_answers()
            self._check_sessions(server)
            self._check_end(server, setting)
        holdings = [
            (name, before[name], after[name], rule, fits(before[name], after[name]))
            for name, (rule, fits) in ALLOWED.items()
        ]
        options = {"began": began, "minutes": self.seconds / 60, "warm_up": self.warm_up, "clients": clients}
        options.update(seed=self.seed, ttl=self.ttl, early=", ended early" if self.ended_early.is_set() else "")
        good = all(kept for *_, kept in holdings) and all(true for _, true, _ in self.checks)
        return soak_report.text(options, health, self.ledger, holdings, self.checks, self.memory), good

    def _load(self, server: Server, setting: Setting, count: int, seconds: float, prefix: str) -> None:
        setting.stop.clear()
        began = time.monotonic()
        clients = [Client(setting, f"{prefix}{number}") for number in range(count)]
        for client in clients:
            client.start()
        while self._goes_on(time.monotonic() - began, seconds) and not self.ended_early.wait(1):
            if server.process.poll() is not None:
                raise RuntimeError(f"the server ended:\n{server.log()[-5000:]}")
            if prefix == "c" and time.monotonic() - began >= 5 * len(self.memory):
                self.memory.append((time.monotonic() - began, footprint.pss(footprint.tree(server.pid))))
        setting.stop.set()
        for client in clients:
            client.join(200)
        if any(client.is_alive() for client in clients):
            self.ledger.violation("a client", "got no answer and no end of its connection")

    def _goes_on(self, elapsed: float, seconds: float) -> bool:
        """A short run on a busy machine goes on until every kind of client has come."""
        return elapsed < seconds or (elapsed < 10 * seconds and bool(self._missing_kinds()))

    def _missing_kinds(self) -> List[str]:
        return [kind for kind in _kinds() if kind not in self.ledger.outcomes]

    def _await_idle(self, server: Server, setting: Setting, expired: bool) -> None:
        """Programs of clients that went away end at their time-out; files and sessions go with the sweep after they expire."""

        def is_idle() -> bool:
            found = server.health()
            load = found["executions"]
            held = found["activeDownloads"] + found["storageUsage"]
            quiet = load["running"] == load["queued"] == 0 and not (expired and held)
            return quiet and not footprint.mentioning(setting.marker)

        def is_settled() -> bool:
            first = footprint.tree(server.pid)
            time.sleep(1)
            return footprint.tree(server.pid) == first

        _say("waiting for quiet")
        idle = wait_until(is_idle, 60 + (self.ttl + SWEEP_SECONDS if expired else 0))
        settled = wait_until(is_settled, 30)
        if expired:
            found = server.health()
            figures = f"{found['executions']}, {found['activeDownloads']} tokens, {found['storageUsage']} bytes"
            self.checks.append(("In the end no program runs or waits, and no token and no byte is held", idle, figures))
            strangers = set(footprint.mentioning(setting.marker, server.storage)) - set(footprint.tree(server.pid))
            figures = f"{len(strangers)} strangers"
            self.checks.append(("No process of a program is left beside the server's own", settled and not strangers, figures))

    def _measure(self, server: Server) -> Dict[str, int]:
        server.collect_garbage()
        for zombie in footprint.zombies(server.pid):
            _say(f"nobody has waited for {zombie}")
        return footprint.measure(server.pid, server.storage, server.temporary)

    def _check_answers(self) -> None:
        books = self.ledger
        figures = f"{books.sent} requests, {len(books.answered)} answers; {books.vanished} requests of vanishing clients"
        self.checks.append(("Every request got one answer", books.sent == len(books.answered), figures))
        figures = f"{books.violation_count} violations"
        self.checks.append(("Every answer was well-formed and one of those expected", not books.violation_count, figures))
        figures = f"{books.offered} offered, {books.fetched} fetched"
        self.checks.append(("Every file offered was fetched with its SHA-256", books.offered == books.fetched, figures))
        missing = self._missing_kinds()
        complete = not missing or self.ended_early.is_set()
        self.checks.append(("Every kind of client came", complete, f"{len(books.outcomes)} kinds {missing or ''}"))

    def _check_sessions(self, server: Server) -> None:
        left = self.ledger.left
        ended = [session for session in left if server.status(f"/sessions/{session}") == 410]
        figures = f"{len(ended)} of {len(left)}"
        self.checks.append(("Every session that was left open has ended", len(ended) == len(left) > 0, figures))

    def _check_end(self, server: Server, setting: Setting) -> None:
        """SIGTERM, and then nothing is left."""
        watch, pids = footprint.supervisor(server.pid), footprint.tree(server.pid)
        status = server.stop()
        gone = wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids), 10)
        left = len(footprint.mentioning(setting.marker, server.storage)) + footprint.control_groups(watch)
        left += len(footprint.scratch_folders(watch)) + len(os.listdir(os.path.join(server.storage, "runtime")))
        figures = f"status {status}, {left} left"
        self.checks.append(("Ended by SIGTERM, it leaves no process, folder or group", gone and left == 0, figures))
        self._check_log(server.log())

    def _check_log(self, log: str) -> None:
        lines = collections.Counter(re.findall(r"request_id=(soak-\S+) event=request .*? status=(\d+)", log))
        wrong = [pair for pair in self.ledger.answered.items() if lines[(pair[0], str(pair[1]))] != 1]
        figures = f"{len(self.ledger.answered) - len(wrong)} of {len(self.ledger.answered)}"
        self.checks.append(("The log has one line for each answer, with its status", not wrong, figures))
        broken = [line for line in log.splitlines() if _BROKEN.search(line) and not _HARMLESS.search(line)]
        figures = f"{len(broken)} lines" + "".join(f"; {line[:150]}" for line in broken[:3])
        self.checks.append(("The log has no exception", not broken, figures))


_BROKEN = re.compile(r"event=internal_error| SEVERE |^(?!\t).*(?:Exception|Error)(?::| in )")
# Payara calls a read listener back on a thread of its own. When the request has been answered before that thread comes to
# run, it finds it gone, and says so; nothing is called then.
_HARMLESS = re.compile(r"Context\.getLoader\(\)|Exception in thread .glassfish-web-async-thread")


def _kinds() -> List[str]:
    return [*Setting(0, "", Ledger(), 0, "namespaces").programs, *Client.WORK]


def _say(what: str) -> None:
    print(f"soak: {what}", file=sys.stderr, flush=True)


def main(arguments: List[str]) -> int:
    minutes, path = float(arguments[0]), arguments[1] if len(arguments) > 1 else None
    run = Run(minutes, int(os.environ.get("SEED") or int.from_bytes(os.urandom(4), "big")))

    def interrupt(*_: Any) -> None:
        if run.ended_early.is_set():
            raise KeyboardInterrupt
        _say("ending early; once more to end at once")
        run.ended_early.set()

    def terminate(*_: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, terminate)
    try:
        report, good = run.perform()
    except KeyboardInterrupt:
        return 130
    print(report)
    if path is not None:
        _write(path, report)
    return 0 if good else 1


def _write(path: Optional[str], report: str) -> None:
    assert path is not None
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(report)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
