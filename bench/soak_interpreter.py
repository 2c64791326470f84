"""What the clients of the long run do beyond one program and one answer: streams, asynchronous executions, sessions."""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Tuple

from soak_http import Answer, Violation, request

if TYPE_CHECKING:
    from soak_clients import Client

JSON = "application/json"
STREAM = "text/event-stream"
POLL_SECONDS = 0.2
FULL = {429: "Too many", 503: "Server is busy"}  # the sentence of a refusal for want of room begins so


def _refused(client: "Client", answer: Answer) -> bool:
    """Whether there was no room for it, which is told in the right way."""
    if answer.status not in FULL:
        return False
    if not answer.json().get("error", "").startswith(FULL[answer.status]) or "retry-after" not in answer.headers:
        raise Violation(f"status {answer.status}: {answer.body[:300]!r}")
    client.outcome(f"{answer.status} no room")
    return True


def _execute(client: "Client", code: str, headers: Optional[Dict[str, str]] = None, **fields: Any) -> Answer:
    body = json.dumps({"code": code, "timeout": 20, **fields}).encode()
    return client.ask("POST", "/execute", body, Content_Type=JSON, **(headers or {}))


# --- streams


def _events(body: bytes) -> List[Tuple[str, Dict[str, Any]]]:
    events = []
    for block in body.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if fields:
            events.append((fields["event"], json.loads(fields["data"])))
    return events


def _check_stream(client: "Client", answer: Answer, expected: str) -> None:
    client.expect(answer, 200)
    events = _events(answer.body)
    if not events or [kind for kind, _ in events].count("done") != 1 or events[-1][0] != "done":
        raise Violation(f"a stream without its end: {answer.body[-300:]!r}")
    printed = "".join(data["text"] for kind, data in events if kind == "stdout")
    done = events[-1][1]
    if printed != expected or done.get("output") != expected:
        raise Violation(f"streamed {printed[:100]!r}, answered {done.get('output', '')[:100]!r}")
    for file in done["generatedFiles"]:
        client.fetch(file)
    client.outcome(f"200 {done['run']['reason']}")


def _stream(client: "Client") -> None:
    code = "import time\nfor n in range(3):\n    print('é' * 1000, n)\n    time.sleep(0.05)\nopen('a.txt', 'w').write('x')"
    answer = _execute(client, code, {"Accept": STREAM})
    if not _refused(client, answer):
        _check_stream(client, answer, "".join(f"{'é' * 1000} {n}\n" for n in range(3)))


def _vanish_in_stream(client: "Client") -> None:
    body = json.dumps({"code": "while True: print('x' * 100)"}).encode()
    head = client.random.randrange(1000, 100_000)
    client.vanish(request("POST", "/execute", client.next_id(), body, Content_Type=JSON, Accept=STREAM), head)


# --- asynchronous executions


def _asynchronous(client: "Client") -> None:
    """The same request once more is the same execution; its stream can be had after its end."""
    headers = {"Prefer": "respond-async", "Idempotency-Key": str(uuid.uuid4())}
    code = "print('later')\nopen('a.txt', 'w').write('x')"
    answer = _execute(client, code, headers)
    if _refused(client, answer):
        return
    client.expect(answer, 202)
    path = answer.headers["location"]
    again = _execute(client, code, headers)
    client.expect(again, 202)
    if again.headers["location"] != path:
        raise Violation(f"{again.headers['location']} instead of {path}")
    found = _finished(client, path)
    if "run" not in found:
        client.outcome(f"refused later: {found.get('error')}")
        return
    if found["output"] != "later\n":
        raise Violation(f"output {found['output'][:200]!r}")
    for file in found["generatedFiles"]:
        client.fetch(file)
    _check_stream_again(client, path)


def _finished(client: "Client", path: str) -> Dict[str, Any]:
    while True:
        answer = client.ask("GET", path)
        client.expect(answer, 200)
        found = answer.json()
        if found["status"] == "finished":
            result: Dict[str, Any] = found["answer"]
            return result
        time.sleep(POLL_SECONDS)


def _check_stream_again(client: "Client", path: str) -> None:
    answer = client.ask("GET", path, Accept=STREAM)
    client.expect(answer, 200)
    if [data["text"] for kind, data in _events(answer.body) if kind == "stdout"] != ["later\n"]:
        raise Violation(f"streamed {answer.body[:300]!r}")
    client.outcome("202 completed")


def _cancelled(client: "Client") -> None:
    answer = _execute(client, "while True: pass", {"Prefer": "respond-async"})
    if _refused(client, answer):
        return
    client.expect(answer, 202)
    path = answer.headers["location"]
    client.expect(client.ask("DELETE", path), 200)
    found = _finished(client, path)
    reason = found.get("run", {}).get("reason", "none")
    if reason != "cancelled":
        raise Violation(f"reason {reason} of what was cancelled: {str(found)[:300]}")
    client.outcome("202 cancelled")


# --- sessions


def _open(client: "Client") -> Optional[str]:
    answer = client.ask("POST", "/sessions")
    if _refused(client, answer):
        return None
    client.expect(answer, 201)
    identifier: str = answer.json()["sessionId"]
    return identifier


def _turn(client: "Client", session: str, code: str, *reasons: str, **fields: Any) -> Optional[Dict[str, Any]]:
    """The answer of one program, or nothing when there was no slot for it."""
    answer = _execute(client, code, session=session, **fields)
    if _refused(client, answer):
        return None
    found = answer.json()
    reason = found.get("run", {}).get("reason", "none")
    if reason not in reasons or answer.status != (200 if reason == "completed" else 500):
        raise Violation(f"status {answer.status}, reason {reason}: {answer.body[:500]!r}")
    for file in found["generatedFiles"]:
        client.fetch(file)
    return found


def _expect_end(client: "Client", session: str, why: str) -> None:
    answer = _execute(client, "1", session=session)
    client.expect(answer, 410)
    if answer.json().get("reason") != why:
        raise Violation(f"reason {answer.json().get('reason')!r} instead of {why!r}")


def _session(client: "Client") -> None:
    session = _open(client)
    if session is None:
        return
    total = 0
    for number in range(client.random.randint(1, 6)):
        code = f"total = globals().get('total', 0) + {number}\nopen('n{number}.txt', 'w').write('x')\ntotal"
        found = _turn(client, session, code, "completed")
        if found is None:
            continue
        total += number
        names = [file["filename"] for file in found["generatedFiles"]]
        if found["run"]["result"] != {"text/plain": str(total)} or names != [f"n{number}.txt"]:
            raise Violation(f"{found['run']['result']} and {names} instead of {total} and n{number}.txt")
    if client.random.random() < 0.3:
        late = _turn(client, session, "import time\ntime.sleep(20)", "timeout", timeout=0.2)
        if late is not None and late["run"]["session"] != "open":
            if not late["details"].endswith("did not stop: its session has ended"):
                raise Violation(f"the session has ended: {late['details']}")
            client.outcome("201 ended by its time-out")  # on so busy a machine that nothing ran for two seconds
            return
    client.expect(client.ask("DELETE", f"/sessions/{session}"), 200)
    _expect_end(client, session, "It was deleted")
    client.outcome("201 deleted")


def _session_that_ends(client: "Client") -> None:
    session = _open(client)
    if session is None:
        return
    found = _turn(client, session, "import os\nopen('last.txt', 'w').write('x')\nos._exit(3)", "error")
    if found is None:
        client.leave(session)
        return
    if found["run"]["session"] != "ended":
        raise Violation(f"session {found['run']['session']} after os._exit")
    _expect_end(client, session, "Program exited with status 3")
    client.outcome("201 ended by itself")


def _session_left_open(client: "Client") -> None:
    """With a thread and a process that go on until its time is over."""
    session = _open(client)
    if session is None:
        return
    client.leave(session)
    code = (
        "import subprocess, sys, threading, time\n"
        "threading.Thread(target=time.sleep, args=(600,)).start()\n"
        f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', '{client.marker}'])\nNone"
    )
    _turn(client, session, code, "completed")
    client.outcome("201 left open")


WORK: Dict[str, Tuple[int, Callable[["Client"], None]]] = {
    "stream": (4, _stream),
    "vanishing in a stream": (2, _vanish_in_stream),
    "asynchronous": (3, _asynchronous),
    "asynchronous, cancelled": (2, _cancelled),
    "session": (4, _session),
    "session that ends by itself": (2, _session_that_ends),
    "session left open": (1, _session_left_open),
}
