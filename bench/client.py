"""An HTTP client that costs little: prepared requests over raw sockets that stay open."""

from __future__ import annotations

import json
import select
import socket
import time
from typing import NamedTuple, Optional, Tuple

from programs import NO_OUTPUT, Program

_BOUNDARY = b"a-boundary-that-no-file-contains"


class Answer(NamedTuple):
    status: int
    body: bytes
    closes: bool  # the server closes the connection after it


def execute_request(program: Program, accept: str = "*/*", session: str = "") -> bytes:
    wanted = {"code": program.code, "timeout": 60, **({"session": session} if session else {})}
    return _post("/execute", "application/json", json.dumps(wanted).encode(), accept)


def session_request() -> bytes:
    return _post("/sessions", "application/json", b"{}")


def delete_request(path: str) -> bytes:
    return f"DELETE {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def host_request(content: bytes) -> bytes:
    head = b'--%s\r\nContent-Disposition: form-data; name="file"; filename="data.bin"\r\n\r\n' % _BOUNDARY
    body = head + content + b"\r\n--%s--\r\n" % _BOUNDARY
    return _post("/host", "multipart/form-data; boundary=" + _BOUNDARY.decode(), body)


def get_request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def is_right(program: Program, answer: Answer) -> bool:
    """The program ran, and the server reports what it printed and wrote."""
    if answer.status != 200:
        return False
    told = json.loads(answer.body)
    files = [file["filename"] for file in told["generatedFiles"]]
    return told["output"] == (program.prints or NO_OUTPUT) and files == ([program.file] if program.file else [])


def answer_in(received: bytearray) -> Optional[Answer]:
    """The answer, once it is complete. Every server here says its length beforehand."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(received[:end]).lower()
    status, _, fields = head.partition(b"\r\n")
    _, found, rest = (b"\r\n" + fields).partition(b"\r\ncontent-length:")
    if not found:
        raise ConnectionError(f"an answer without a length: {head!r}")
    length = int(rest.partition(b"\r\n")[0])
    if len(received) < end + 4 + length:
        return None
    return Answer(int(status.split()[1]), bytes(memoryview(received)[end + 4 :]), b"connection: close" in fields)


def connect(port: int, timeout: float = 60) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class Client:
    """One connection to a server, opened again when the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: Optional[socket.socket] = None

    def ask(self, request: bytes) -> Answer:
        connection = self._connection()
        connection.sendall(request)
        received = bytearray()
        while True:
            answer = answer_in(received)
            if answer is not None:
                if answer.closes:
                    self.close()
                return answer
            part = connection.recv(1 << 18)
            if not part:
                self.close()
                raise ConnectionError("the server closed the connection before its answer was complete")
            received += part

    def stream(self, request: bytes, awaited: bytes) -> Tuple[float, bytes]:
        """Seconds until these bytes have come, and all of the answer, which is chunked (RFC 9112, 7.1)."""
        connection = self._connection()
        began, came = time.perf_counter(), 0.0
        connection.sendall(request)
        received = bytearray()
        while not received.endswith(b"\r\n0\r\n\r\n"):
            part = connection.recv(1 << 18)
            if not part:
                self.close()
                raise ConnectionError(f"the server closed the connection within a stream: {bytes(received[-200:])!r}")
            received += part
            if not came and awaited in received:
                came = time.perf_counter()
        return came - began, bytes(received)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connection(self) -> socket.socket:
        # Readable before a request is sent: the server has closed it.
        if self._socket is not None and select.select([self._socket], [], [], 0)[0]:
            self.close()
        if self._socket is None:
            self._socket = connect(self._port)
        return self._socket


def _post(path: str, content_type: str, body: bytes, accept: str = "*/*") -> bytes:
    fields = f"Host: localhost\r\nAccept: {accept}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}"
    return f"POST {path} HTTP/1.1\r\n{fields}\r\n\r\n".encode() + body
