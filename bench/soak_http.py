"""A strict HTTP/1.1 client that can also misbehave: it reads exactly one answer per request and minds every byte."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any, Dict, NamedTuple, Tuple

PATIENCE_SECONDS = 100  # 30 in the queue and 60 of running are allowed
BOUNDARY = "----soak-5cf1a3d0"


class Violation(Exception):
    """The server did what it must not do; the message says what."""


class Answer(NamedTuple):
    status: int
    headers: Dict[str, str]  # names in lower case
    body: bytes

    def json(self) -> Dict[str, Any]:
        try:
            value = json.loads(self.body)
        except ValueError as e:
            raise Violation(f"status {self.status} with a body that is not JSON: {self.body[:200]!r}") from e
        if not isinstance(value, dict):
            raise Violation(f"status {self.status} with JSON that is not an object")
        return value


def request(method: str, path: str, identifier: str, body: bytes = b"", **headers: str) -> bytes:
    """A whole request; an underscore in a header's name is a hyphen."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"X-Request-ID: {identifier}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def form(filename: str, content: bytes) -> Tuple[bytes, str]:
    """A multipart body with one file, and its content type."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
    head += "Content-Type: application/octet-stream\r\n\r\n"
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}"


class Connection:
    """One connection, for any number of requests one after another."""

    def __init__(self, port: int, address: str = "") -> None:
        """From an address of this machine, if one is given."""
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS, (address, 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as e:
            raise Violation(f"the connection broke while the request was sent: {e}") from e

    def receive_some(self, count: int) -> bytes:
        """At least this many bytes of what comes, or all until its end."""
        while len(self._buffer) < count and self._more():
            pass
        return self._buffer

    def answer(self, method: str) -> Answer:
        """The one answer to the one request that was sent."""
        status, headers = self._head()
        while status // 100 == 1:
            status, headers = self._head()
        bodiless = method == "HEAD" or status in (204, 304)
        body = b"" if bodiless else self._body(headers)
        if self._buffer:
            raise Violation(f"bytes after the answer: {self._buffer[:100]!r}")
        return Answer(status, headers, body)

    def close(self) -> None:
        self._socket.close()

    def reset(self) -> None:
        """Breaks off without a farewell: with no time to linger, close(2) sends a RST, see socket(7)."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def _head(self) -> Tuple[int, Dict[str, str]]:
        while b"\r\n\r\n" not in self._buffer:
            if not self._more():
                raise Violation("the connection was closed before the answer's head was complete")
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        status_line, *lines = head.decode("latin-1").split("\r\n")
        words = status_line.split(" ", 2)
        if words[0] != "HTTP/1.1" or len(words) < 2 or not words[1].isdigit():
            raise Violation(f"not a status line: {status_line[:100]!r}")
        headers: Dict[str, str] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon:
                raise Violation(f"not a header: {line[:100]!r}")
            headers[name.lower()] = value.strip()
        return int(words[1]), headers

    def _body(self, headers: Dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._chunks()
        if "content-length" not in headers:
            raise Violation("an answer with a body but without its length")
        return self._exactly(int(headers["content-length"]))

    def _chunks(self) -> bytes:
        body = b""
        while True:
            size = int(self._line().split(b";")[0], 16)
            body += self._exactly(size)
            if self._line():
                raise Violation("a chunk is longer than it says")
            if size == 0:
                return body

    def _line(self) -> bytes:
        while b"\r\n" not in self._buffer:
            if not self._more():
                raise Violation("the connection was closed within a chunk")
        line, self._buffer = self._buffer.split(b"\r\n", 1)
        return line

    def _exactly(self, count: int) -> bytes:
        parts, missing = [self._buffer], count - len(self._buffer)
        while missing > 0:
            part = self._receive()
            if not part:
                raise Violation(f"the connection was closed {missing} bytes before the answer's end")
            parts.append(part)
            missing -= len(part)
        whole = b"".join(parts)
        self._buffer = whole[count:]
        return whole[:count]

    def _more(self) -> bool:
        part = self._receive()
        self._buffer += part
        return bool(part)

    def _receive(self) -> bytes:
        try:
            return self._socket.recv(1 << 18)
        except socket.timeout as e:
            raise Violation(f"no answer within {PATIENCE_SECONDS} seconds") from e
        except OSError as e:
            raise Violation(f"the connection broke: {e}") from e
