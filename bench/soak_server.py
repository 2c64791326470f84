"""The server of the long run: a process of its own with folders of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from typing import Any, Callable, Dict, Optional

import ports

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
INHERITED = ("PATH", "HOME", "JAVA_HOME", "LANG", "PYTHON", "SANDBOX")
START_SECONDS = 180
ATTEMPTS = 3
IDLE_SECONDS = 10  # after which a session that nobody uses ends
END_SECONDS = 60  # Open Liberty gives requests half a minute, even some whose clients have gone


class Server:
    """Started by the script of its kind, and gone with its folders when the context ends."""

    def __init__(self, ttl_seconds: int) -> None:
        self.folder = tempfile.mkdtemp(prefix="executor-soak-")
        self.storage = os.path.join(self.folder, "storage")
        self.temporary = os.path.join(self.folder, "tmp")
        self.log_file = os.path.join(PROJECT, "target", "soak-server.log")  # stays, for whoever has to find a fault
        os.mkdir(self.temporary)
        os.chmod(self.folder, 0o711)  # programs pass through it
        self._ttl_seconds = ttl_seconds
        self._start()

    def _start(self) -> None:
        self.port = ports.lend()
        environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
        environment.update(PORT=str(self.port), STORAGE_DIR=self.storage, RATE_LIMIT_MAX="0")
        environment.update(FILE_TTL_SECONDS=str(self._ttl_seconds), SESSION_IDLE_SECONDS=str(IDLE_SECONDS))
        environment.update(MAX_SESSIONS_PER_CLIENT="32")  # all clients have one address
        kind = os.environ.get("SERVER", "payara-micro")
        command = [os.path.join(PROJECT, "server-config", kind, "start.sh"), f"-Djava.io.tmpdir={self.temporary}"]
        with open(self.log_file, "wb") as log:
            # A session of its own: Ctrl-C is for us, who end the server in order.
            self.process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def await_ready(self) -> None:
        """A server that ends before it is ready is started again on another port: its own may have been taken."""
        for attempt in range(1, ATTEMPTS + 1):
            deadline = time.monotonic() + START_SECONDS
            while self.process.poll() is None and time.monotonic() < deadline:
                if self.get("/health/ready") is not None:
                    return
                time.sleep(0.1)
            problem = f"attempt {attempt} of {ATTEMPTS}: the server did not become ready:\n{self.log()}"
            if attempt == ATTEMPTS or self.process.poll() is None:
                raise RuntimeError(problem)
            print(problem, file=sys.stderr, flush=True)
            self._start()

    def get(self, path: str) -> Optional[Dict[str, Any]]:
        """The JSON of a 200, else nothing."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
                found: Dict[str, Any] = json.load(answer)
                return found
        except (urllib.error.URLError, OSError):
            return None

    def status(self, path: str) -> int:
        """Of the answer to a GET."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as e:
            return e.code

    def health(self) -> Dict[str, Any]:
        found = self.get("/health")
        if found is None:
            raise RuntimeError("the server does not answer to GET /health")
        return found

    def collect_garbage(self) -> bool:
        """Twice, so that what the first round finalised goes too. False where the JDK's tool is not there."""
        tool = os.path.join(os.environ.get("JAVA_HOME", ""), "bin", "jcmd")
        if not os.access(tool, os.X_OK):
            return False
        for _ in range(2):
            subprocess.run([tool, str(self.pid), "GC.run"], stdout=subprocess.DEVNULL, check=True)
        return True

    def stop(self) -> int:
        """Asks it to end, as kill(1) does; returns its status once it is gone."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(END_SECONDS)

    def log(self) -> str:
        with open(self.log_file, encoding="utf-8", errors="replace") as log:
            return log.read()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True
