"""What the server asks for, checked once, and what of it goes on to the child."""

from __future__ import annotations

import errno
import math
from typing import Dict, List, NamedTuple, Tuple

from . import frames, names
from ..policy import config, policy

FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)  # of a disk without room for more
ERRANDS = ("put", "read", "remove", "list")
MOST_PART_BYTES = 255  # NAME_MAX, limits.h


class Input(NamedTuple):
    """A file that is there before the program starts; its content follows the request."""

    name: bytes  # relative, checked by the server; whoever writes it has the program's rights only
    size: int


class Request(NamedTuple):
    code: bytes
    timeout: float  # seconds
    networked: bool
    stdin: bytes
    handed_on: frames.Fields  # to the child as they came: arg, env, input, result
    inputs: Tuple[Input, ...]
    limits: Dict[str, int]  # by their names in config.Config, never above it

    @property
    def shows(self) -> bool:
        """Whether the value of the last expression is wanted, and what is displayed."""
        return any(name == "result" for name, _ in self.handed_on)

    @property
    def cpu_seconds(self) -> int:
        return max(1, math.ceil(self.timeout * policy.CPU_FACTOR))

    def for_child(self, settings: config.Config) -> frames.Fields:
        """`settings` are the server's own, which the child was parked with."""
        cpu = ("cpu-seconds", str(self.cpu_seconds).encode())
        return [("code", self.code), cpu, *self.handed_on, *_lower(self.limits, settings)]


def parse(payload: bytes, settings: config.Config) -> Request:
    """Raises frames.ProtocolError, KeyError or ValueError."""
    fields = frames.decode(payload)
    given = dict(fields)
    return Request(
        code=given["code"],
        timeout=int(given["timeout-ms"]) / 1000,
        networked=given["network"] == b"1",
        stdin=given.get("stdin", b""),
        handed_on=[field for field in fields if field[0] in ("arg", "env", "input", "result")],
        inputs=tuple(inputs_of(fields)),
        limits=_limits(given, settings),
    )


class SessionRequest(NamedTuple):
    networked: bool
    limits: Dict[str, int]

    def for_child(self, settings: config.Config) -> frames.Fields:
        return [("session", b"1"), *_lower(self.limits, settings)]


def parse_session(payload: bytes, settings: config.Config) -> SessionRequest:
    """Raises frames.ProtocolError, KeyError or ValueError."""
    given = dict(frames.decode(payload))
    return SessionRequest(given["network"] == b"1", _limits(given, settings))


class Errand(NamedTuple):
    """What a session's client wants to be done with its files between two programs."""

    what: str  # of ERRANDS
    name: bytes  # as it is on disk; empty for a list
    size: int  # of a file that is put

    @property
    def inputs(self) -> List[Input]:
        return [Input(self.name, self.size)] if self.what == "put" else []

    def for_child(self) -> frames.Fields:
        if self.what == "put":
            return [("input", b"%d\0%s" % (self.size, self.name))]
        return [("name", self.name)]


def parse_errand(payload: bytes) -> Errand:
    """Raises frames.ProtocolError, KeyError or ValueError; BadName, where only the name is wrong."""
    given = dict(frames.decode(payload))
    what, size = given["what"].decode("ascii"), int(given.get("size", b"0"))
    if what not in ERRANDS or size < 0:
        raise ValueError("an errand that nobody knows")
    return Errand(what, b"" if what == "list" else _meant(given["name"]), size)


class BadName(Exception):
    """In a sentence."""


def _meant(shown: bytes) -> bytes:
    try:
        name = names.meant(shown.decode())
    except ValueError:
        raise BadName("No file has a name that is shown so.") from None
    if len(name) > policy.MAX_NAME_BYTES:
        raise BadName(f"The path is longer than {policy.MAX_NAME_BYTES} bytes.")
    parts = name.split(b"/")
    if b"\0" in name or any(part in (b"", b".", b"..") for part in parts):
        raise BadName("A part of the path is empty, '.' or '..', or has a zero byte.")
    if len(parts) > policy.MAX_DEPTH or any(len(part) > MOST_PART_BYTES for part in parts):
        raise BadName(f"The path is deeper than {policy.MAX_DEPTH} folders, or has a part above {MOST_PART_BYTES} bytes.")
    return name


def inputs_of(fields: frames.Fields) -> List[Input]:
    """Each is a size in decimal, a zero byte and a name."""
    parts = [value.partition(b"\0") for name, value in fields if name == "input"]
    return [Input(name, int(size)) for size, _, name in parts]


def _lower(limits: Dict[str, int], settings: config.Config) -> frames.Fields:
    fields = []
    if "memory" in limits:
        fields.append(("less-memory", str(settings.memory - limits["memory"]).encode()))
    if "processes" in limits:
        fields.append(("processes", str(limits["processes"]).encode()))
    return fields


def _limits(given: Dict[str, bytes], settings: config.Config) -> Dict[str, int]:
    asked = {}
    if "memory-mb" in given:
        asked["memory"] = min(int(given["memory-mb"]) << 20, settings.memory)
    if "processes" in given:
        asked["processes"] = min(int(given["processes"]), settings.processes)
    if "output-bytes" in given:
        asked["output"] = min(int(given["output-bytes"]), settings.output)
    return asked
