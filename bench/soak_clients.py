"""The clients of the long run: each does one piece of work after another and checks what comes back."""

from __future__ import annotations

import json
import random
import threading
import time
from typing import Any, Callable, Dict, Optional, Tuple

import soak_attacks
import soak_files
import soak_interpreter
import soak_vanishing
from soak_http import Answer, Connection, Violation, request
from soak_ledger import Deck, Ledger
from soak_programs import PROGRAMS, Program

JSON = "application/json"
MOST_REQUESTS_PER_CONNECTION = 40


class Setting:
    """What all clients of a run share."""

    def __init__(self, port: int, marker: str, ledger: Ledger, seed: int, tier: str) -> None:
        """`tier` of the server's sandbox, which decides on the attacks."""
        self.port = port
        self.marker = marker
        self.ledger = ledger
        self.seed = seed
        self.stop = threading.Event()
        self.programs: Dict[str, Program] = {program.kind: program for program in PROGRAMS}
        weights = {program.kind: program.weight for program in PROGRAMS}
        weights.update({kind: weight for kind, (weight, _) in Client.WORK.items()})
        self.deck = Deck(weights, random.Random(seed))
        attacks = soak_attacks.of_tier(tier)
        self.attacks = Deck({attack.kind: attack.weight for attack in attacks}, random.Random(seed))
        self.attack_of = {attack.kind: attack for attack in attacks}


class Client(threading.Thread):
    """One of many."""

    WORK: Dict[str, Tuple[int, Callable[["Client"], None]]]  # weight, and what to do; filled below

    def __init__(self, setting: Setting, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.setting = setting
        self.ledger = setting.ledger
        self.random = random.Random(f"{setting.seed} {name}")
        self._connection: Optional[Connection] = None
        self._requests_left = 0
        self.count = 0
        self._kind = ""
        self._history = ""  # of the connection: its last requests and their answers
        self._last_answer = 0.0

    def run(self) -> None:
        while not self.setting.stop.is_set():
            self._kind = self.setting.deck.deal()
            try:
                if self._kind in self.setting.programs:
                    self._run_program(self.setting.programs[self._kind])
                else:
                    self.WORK[self._kind][1](self)
            except Violation as e:
                self.ledger.violation(self._kind, f"{e} ({self._history})")
                self._drop()
            except Exception as e:  # a fault of the test itself must not go unseen
                self.ledger.violation(self._kind, f"{type(e).__name__}: {e}")
                self._drop()
        self._drop()

    # --- one request and its one answer

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        identifier = self.next_id()
        self.ledger.send()
        began = time.monotonic()
        connection = self._connection or self._connect()
        idle = began - self._last_answer if self._last_answer else 0.0
        self._history = f"{self._history[-300:]} {identifier} after {idle:.2f} s {method} {path[:20]}"
        self._requests_left -= 1
        if self._requests_left <= 0:
            headers["Connection"] = "close"
        connection.send(request(method, path, identifier, body, **headers))
        answer = connection.answer(method)
        self._history += f" {answer.status}"
        self._last_answer = time.monotonic()
        self.ledger.answer(identifier, answer.status, self._kind, time.monotonic() - began)
        if answer.headers.get("x-request-id") != identifier:
            raise Violation(f"an answer to {answer.headers.get('x-request-id')} instead of {identifier}")
        if self._requests_left <= 0 or answer.headers.get("connection", "").lower() == "close":
            self._drop()
        return answer

    def _connect(self) -> Connection:
        self._requests_left = self.random.randint(1, MOST_REQUESTS_PER_CONNECTION)
        self._history = ""
        try:
            self._connection = Connection(self.setting.port)
        except OSError as e:
            raise Violation(f"no connection: {e}") from e
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def next_id(self) -> str:
        self.count += 1
        return f"soak-{self.name}-{self.count}"

    @property
    def marker(self) -> str:
        """A word for the command lines of what programs start."""
        return self.setting.marker

    def outcome(self, word: str) -> None:
        self.ledger.outcome(self._kind, word)

    def leave(self, session: str) -> None:
        """Open, for the server to end it."""
        self.ledger.leave(session)

    def fetch(self, file: Dict[str, Any]) -> None:
        """Every file that is offered is fetched once while it is there."""
        soak_files.fetch(self, soak_files.offered(file))

    def expect(self, answer: Answer, *statuses: int) -> None:
        if answer.status not in statuses:
            raise Violation(f"status {answer.status} instead of {statuses}: {answer.body[:300]!r}")

    # --- programs

    def _run_program(self, program: Program) -> None:
        answer = self.ask("POST", "/execute", self.body_of(program), Content_Type=JSON)
        found = answer.json()
        if answer.status == 503 and found.get("error") == "Server is busy" and "retry-after" in answer.headers:
            self.outcome("503 busy")
            return
        reason = found.get("run", {}).get("reason", "none")
        if reason not in program.reasons or answer.status != (200 if reason == "completed" else 500):
            raise Violation(f"status {answer.status}, reason {reason}: {answer.body[:500]!r}")
        self.outcome(f"{answer.status} {reason}")
        files = found["generatedFiles"]
        for file in files:
            self.fetch(file)
        if program.files and tuple(file["filename"] for file in files) != program.files:
            raise Violation(f"files {[file['filename'] for file in files]}, skipped {found['run']['skippedFiles']}")
        expected = files[0]["sha256"] + "\n" if program.output == "SHA256" else program.output
        # A program without output that succeeded is told so instead.
        if expected is not None and found["output"] != expected:
            raise Violation(f"output {found['output'][:200]!r}")

    def _attack(self) -> None:
        kind = self.setting.attacks.deal()
        try:
            self._run_program(self.setting.attack_of[kind])
        except Violation as e:
            raise Violation(f"{kind}: {e}") from e

    def body_of(self, program: Program) -> bytes:
        code = program.code
        if program.has_words:
            code = code.replace("PORT", str(self.setting.port)).replace("MARKER", self.setting.marker)
        return json.dumps({"code": code, "timeout": program.timeout}).encode()

    # --- requests that are not right, and those beside the programs

    def _errors(self) -> None:
        for method, path, body, status in (
            ("POST", "/execute", b"{", 400),
            ("POST", "/execute", b"{}", 400),
            ("POST", "/execute", b" " * (5 * 1024 * 1024 + 1), 413),
            ("GET", "/execute", b"", 405),
            ("GET", "/nowhere", b"", 404),
            ("GET", "/download/00000000-0000-0000-0000-000000000000", b"", 404),
        ):
            answer = self.ask(method, path, body, Content_Type=JSON)
            self.expect(answer, status)
            if "error" not in answer.json():
                raise Violation(f"status {status} without an error: {answer.body[:200]!r}")
            self.outcome(str(status))

    def _health(self) -> None:
        for path in ("/health", "/health/live", "/health/ready", "/api", "/"):
            self.expect(self.ask("GET", path), 200)
            self.outcome("200")

    # --- a client that goes away: soak_vanishing.py says when

    def vanish(self, sent: bytes, answer_bytes: int = 0) -> None:
        self.ledger.send(vanishing=True)
        self._history += f" ({self._kind})"
        try:
            connection = Connection(self.setting.port)
        except OSError as e:
            raise Violation(f"no connection: {e}") from e
        connection.send(sent)
        connection.receive_some(answer_bytes)
        leave = self.random.choice((connection.close, connection.reset))
        leave()
        self.outcome("closed" if leave == connection.close else "reset")

    WORK = {
        "attack": (8, _attack),
        "wrong requests": (2, _errors),
        "health and pages": (3, _health),
        **soak_files.WORK,
        **soak_vanishing.WORK,
        **soak_interpreter.WORK,
    }
