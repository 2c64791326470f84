"""The clients of the long run: each does one piece of work after another and checks what comes back."""

from __future__ import annotations

import datetime
import hashlib
import json
import random
import threading
import time
from typing import Any, Callable, Dict, Optional, Tuple

import soak_attacks
import soak_interpreter
from soak_http import Answer, Connection, Violation, form, request
from soak_ledger import Deck, Ledger, Offer
from soak_programs import PROGRAMS, Program

JSON = "application/json"
UPLOAD_BYTES = (0, 1, 1000, 100_000, 300_000, 1_000_000, 5_000_000)
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
        self._setting = setting
        self._ledger = setting.ledger
        self.random = random.Random(f"{setting.seed} {name}")
        self._connection: Optional[Connection] = None
        self._requests_left = 0
        self._count = 0
        self._kind = ""
        self._history = ""  # of the connection: its last requests and their answers
        self._last_answer = 0.0

    def run(self) -> None:
        while not self._setting.stop.is_set():
            self._kind = self._setting.deck.deal()
            try:
                if self._kind in self._setting.programs:
                    self._run_program(self._setting.programs[self._kind])
                else:
                    self.WORK[self._kind][1](self)
            except Violation as e:
                self._ledger.violation(self._kind, f"{e} ({self._history})")
                self._drop()
            except Exception as e:  # a fault of the test itself must not go unseen
                self._ledger.violation(self._kind, f"{type(e).__name__}: {e}")
                self._drop()
        self._drop()

    # --- one request and its one answer

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        identifier = self.next_id()
        self._ledger.send()
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
        self._ledger.answer(identifier, answer.status, self._kind, time.monotonic() - began)
        if answer.headers.get("x-request-id") != identifier:
            raise Violation(f"an answer to {answer.headers.get('x-request-id')} instead of {identifier}")
        if self._requests_left <= 0 or answer.headers.get("connection", "").lower() == "close":
            self._drop()
        return answer

    def _connect(self) -> Connection:
        self._requests_left = self.random.randint(1, MOST_REQUESTS_PER_CONNECTION)
        self._history = ""
        try:
            self._connection = Connection(self._setting.port)
        except OSError as e:
            raise Violation(f"no connection: {e}") from e
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def next_id(self) -> str:
        self._count += 1
        return f"soak-{self.name}-{self._count}"

    @property
    def marker(self) -> str:
        """A word for the command lines of what programs start."""
        return self._setting.marker

    def outcome(self, word: str) -> None:
        self._ledger.outcome(self._kind, word)

    def leave(self, session: str) -> None:
        """Open, for the server to end it."""
        self._ledger.leave(session)

    def fetch(self, file: Dict[str, Any]) -> None:
        """Every file that is offered is fetched once while it is there."""
        self._fetch_now(Offer(file["downloadUrl"], file["size"], file["sha256"], _moment(file["expires"])))

    def expect(self, answer: Answer, *statuses: int) -> None:
        if answer.status not in statuses:
            raise Violation(f"status {answer.status} instead of {statuses}: {answer.body[:300]!r}")

    # --- programs

    def _run_program(self, program: Program) -> None:
        answer = self.ask("POST", "/execute", self._body_of(program), Content_Type=JSON)
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
        kind = self._setting.attacks.deal()
        try:
            self._run_program(self._setting.attack_of[kind])
        except Violation as e:
            raise Violation(f"{kind}: {e}") from e

    def _body_of(self, program: Program) -> bytes:
        code = program.code
        if program.has_words:
            code = code.replace("PORT", str(self._setting.port)).replace("MARKER", self._setting.marker)
        return json.dumps({"code": code, "timeout": program.timeout}).encode()

    # --- files

    def _fetch_now(self, offer: Offer) -> None:
        self._ledger.offer(offer)
        answer = self.ask("GET", offer.url)
        if answer.status == 410 and time.time() >= offer.expires:
            raise Violation("a file expired before it could be fetched: the machine is too slow for this run")
        self.expect(answer, 200)
        self._check_content(answer, offer)
        self._ledger.fetch()

    def _check_content(self, answer: Answer, offer: Offer) -> None:
        if len(answer.body) != offer.size or hashlib.sha256(answer.body).hexdigest() != offer.sha256:
            raise Violation(f"{len(answer.body)} bytes that are not the {offer.size} of {offer.sha256}")
        if answer.headers.get("etag") != f'"{offer.sha256}"':
            raise Violation(f"ETag {answer.headers.get('etag')}")

    def _upload(self) -> None:
        content = self.random.randbytes(self.random.choice(UPLOAD_BYTES))
        body, content_type = form(f"upload-{self._count}.bin", content)
        answer = self.ask("POST", "/host", body, Content_Type=content_type)
        self.expect(answer, 200)
        found = answer.json()
        digest = hashlib.sha256(content).hexdigest()
        offer = Offer(found["downloadUrl"], len(content), digest, _moment(found["expires"]))
        self._fetch_now(offer)
        self.outcome("200")
        if content and self.random.random() < 0.5:
            self._fetch_part(offer, content)

    def _fetch_part(self, offer: Offer, content: bytes) -> None:
        first = self.random.randrange(len(content))
        last = min(len(content) - 1, first + self.random.randrange(100_000))
        answer = self.ask("GET", offer.url, Range=f"bytes={first}-{last}")
        self.expect(answer, 206)
        if answer.body != content[first : last + 1]:
            raise Violation(f"other bytes than {first} to {last} of {len(content)}")
        if answer.headers.get("content-range") != f"bytes {first}-{last}/{len(content)}":
            raise Violation(f"Content-Range {answer.headers.get('content-range')}")
        self.outcome("206")

    def _fetch_again(self) -> None:
        """Any file on offer, of whichever client: there until it expires, told as expired from then on."""
        offer = self._ledger.an_offer(self.random.random())
        if offer is None:
            return
        known = {"If_None_Match": f'"{offer.sha256}"'}
        method, headers = self.random.choice((("GET", {}), ("HEAD", {}), ("GET", known)))
        before = time.time()
        answer = self.ask(method, offer.url, **headers)
        fresh = 304 if headers else 200
        allowed = {fresh} if time.time() < offer.expires else {410} if before >= offer.expires else {fresh, 410}
        self.expect(answer, *allowed)
        if answer.status == 200 and method == "GET":
            self._check_content(answer, offer)
        self.outcome(f"{method} {answer.status}")

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

    # --- clients that go away; nobody knows how they would have been answered

    def vanish(self, sent: bytes, answer_bytes: int = 0) -> None:
        self._ledger.send(vanishing=True)
        self._history += f" ({self._kind})"
        try:
            connection = Connection(self._setting.port)
        except OSError as e:
            raise Violation(f"no connection: {e}") from e
        connection.send(sent)
        connection.receive_some(answer_bytes)
        leave = self.random.choice((connection.close, connection.reset))
        leave()
        self.outcome("closed" if leave == connection.close else "reset")

    def _vanish_in_body(self) -> None:
        program = self._setting.programs["print"]
        whole = request("POST", "/execute", self.next_id(), self._body_of(program), Content_Type=JSON)
        self.vanish(whole[: -self.random.randint(1, 20)])

    def _vanish_in_upload(self) -> None:
        body, content_type = form("lost.bin", bytes(2_000_000))
        whole = request("POST", "/host", self.next_id(), body, Content_Type=content_type)
        self.vanish(whole[: self.random.randrange(200, len(whole))])

    def _vanish_after_request(self) -> None:
        program = self._setting.programs[self.random.choice(("print", "endless loop", "one file", "figure"))]
        self.vanish(request("POST", "/execute", self.next_id(), self._body_of(program), Content_Type=JSON))

    def _vanish_in_answer(self) -> None:
        body = json.dumps({"code": "print('x' * 1_000_000)\nopen('a.bin', 'wb').write(bytes(1000))"}).encode()
        self.vanish(request("POST", "/execute", self.next_id(), body, Content_Type=JSON), 10_000)

    def _vanish_in_download(self) -> None:
        offer = self._ledger.an_offer(self.random.random())
        if offer is not None:
            self.vanish(request("GET", offer.url, self.next_id()), 100)

    WORK = {
        "attack": (8, _attack),
        "upload": (6, _upload),
        "download again": (10, _fetch_again),
        "wrong requests": (2, _errors),
        "health and pages": (3, _health),
        "vanishing in the body": (2, _vanish_in_body),
        "vanishing in an upload": (2, _vanish_in_upload),
        "vanishing after the request": (3, _vanish_after_request),
        "vanishing in the answer": (2, _vanish_in_answer),
        "vanishing in a download": (2, _vanish_in_download),
        **soak_interpreter.WORK,
    }


def _moment(expires: str) -> float:
    return datetime.datetime.strptime(expires, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
