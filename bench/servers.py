"""The contestants that are servers: ours, and the plain one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Callable, Dict, List

import ports
import processes
from client import Client, delete_request, execute_request, get_request, host_request, is_right, session_request
from commands import Timing, Wrong
from programs import PRINT, STREAMED, Program

HERE = os.path.dirname(os.path.abspath(__file__))
START = os.path.join(HERE, "../server-config/payara-micro/start.sh")
_START_SECONDS = 180.0
_ATTEMPTS = 3
_STOP_SECONDS = 20.0


class Server:
    """A server of its own on a free port, with its files below a folder; use as a context."""

    name = ""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._take_port()

    def _take_port(self) -> None:
        self.port = ports.lend()
        self._log = os.path.join(self.folder, f"{self.name}-{self.port}.log")
        self._client = Client(self.port)

    def command(self) -> List[str]:
        raise NotImplementedError

    def environment(self) -> Dict[str, str]:
        return dict(os.environ)

    def __enter__(self) -> "Server":
        for attempt in range(1, _ATTEMPTS):
            try:
                return self._start()
            except RuntimeError as error:  # another had its port, perhaps
                print(f"attempt {attempt} of {_ATTEMPTS}: {error}", file=sys.stderr, flush=True)
                self._take_port()
        return self._start()

    def _start(self) -> "Server":
        began = time.perf_counter()
        # setpriv: should this process be killed outright, the server does not outlive it.
        command = ["setpriv", "--pdeathsig", "TERM", *self.command()]
        with open(self._log, "wb") as log:
            streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            self.process = subprocess.Popen(command, env=self.environment(), start_new_session=True, **streams)
        try:
            self._await_first_answer()
            self.started = time.perf_counter() - began
            self._await_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the server and returns when everything that it started is gone too."""
        self._client.close()
        family = [pid for pid, _ in processes.family(self.process.pid)]
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        deadline = time.monotonic() + _STOP_SECONDS
        while any(os.path.exists(f"/proc/{pid}") for pid in family) and time.monotonic() < deadline:
            time.sleep(0.02)

    def run(self, program: Program) -> Timing:
        request = execute_request(program)
        began = time.perf_counter()
        answer = self._client.ask(request)
        answered = time.perf_counter()
        if not is_right(program, answer):
            raise Wrong(f"{self.name}, {program.name}: {answer.status} {answer.body[:200]!r}")
        if not program.file:
            return Timing(answered - began, answered - began)
        content = self._fetch(json.loads(answer.body)["generatedFiles"][0]["downloadUrl"])
        fetched = time.perf_counter()
        if not program.wrote(content):
            raise Wrong(f"{self.name}, {program.name}: not what the program wrote")
        return Timing(answered - began, fetched - began)

    def first_output(self) -> Timing:
        """Until the first line is there, of a program that goes on for a while."""
        request = execute_request(STREAMED, "text/event-stream")
        began = time.perf_counter()
        first, received = self._client.stream(request, b"event: stdout")
        answered = time.perf_counter()
        if first <= 0 or b"event: done" not in received:
            raise Wrong(f"{self.name}, {STREAMED.name}: {received[:200]!r}")
        return Timing(first, answered - began)

    def open_session(self) -> str:
        answer = self._client.ask(session_request())
        if answer.status != 201:
            raise Wrong(f"{self.name}, session: {answer.status} {answer.body[:200]!r}")
        return str(json.loads(answer.body)["sessionId"])

    def run_in(self, session: str, program: Program) -> Timing:
        request = execute_request(program, session=session)
        began = time.perf_counter()
        answer = self._client.ask(request)
        answered = time.perf_counter()
        if not is_right(program, answer):
            raise Wrong(f"{self.name}, {program.name} in a session: {answer.status} {answer.body[:200]!r}")
        return Timing(answered - began, answered - began)

    def delete_session(self, session: str) -> None:
        self._client.ask(delete_request(f"/sessions/{session}"))

    def host(self, content: bytes) -> Timing:
        request = host_request(content)
        began = time.perf_counter()
        answer = self._client.ask(request)
        answered = time.perf_counter()
        if answer.status != 200:
            raise Wrong(f"{self.name}, upload: {answer.status} {answer.body[:200]!r}")
        returned = self._fetch(json.loads(answer.body)["downloadUrl"])
        fetched = time.perf_counter()
        if returned != content:
            raise Wrong(f"{self.name}, upload: not what was uploaded")
        return Timing(answered - began, fetched - began)

    def ask_json(self, path: str) -> Dict[str, object]:
        return dict(json.loads(self._client.ask(get_request(path)).body))

    def _fetch(self, path: str) -> bytes:
        answer = self._client.ask(get_request(path))
        if answer.status != 200:
            raise Wrong(f"{self.name}, download: {answer.status} {answer.body[:200]!r}")
        return answer.body

    def _await_first_answer(self) -> None:
        request = execute_request(PRINT)
        self._poll(lambda: is_right(PRINT, self._client.ask(request)))

    def _await_ready(self) -> None:
        self._poll(lambda: self._client.ask(get_request("/health/ready")).status == 200)

    def _poll(self, succeeds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                if succeeds():
                    return
            except (OSError, ValueError, KeyError):
                self._client.close()
            if self.process.poll() is not None or time.monotonic() > deadline:
                with open(self._log, encoding="utf-8", errors="replace") as log:
                    raise RuntimeError(f"{self.name} does not start:\n{log.read()[-2000:]}")
            time.sleep(0.01)


class Ours(Server):
    name = "ours"

    def command(self) -> List[str]:
        # What it unpacks goes with the folder, even if it is killed.
        return [os.path.normpath(START), f"-Djava.io.tmpdir={self.folder}"]

    def environment(self) -> Dict[str, str]:
        storage = os.path.join(self.folder, f"storage-{self.port}")
        ours = {"PORT": str(self.port), "STORAGE_DIR": storage, "RATE_LIMIT_MAX": "0", "PYTHON": sys.executable}
        return {**os.environ, **ours}


class Plain(Server):
    name = "plain"

    def command(self) -> List[str]:
        return ["node", os.path.join(HERE, "plain-server.js"), str(self.port), sys.executable, self.folder]

    def environment(self) -> Dict[str, str]:
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": self.folder, "MPLBACKEND": "Agg"}
