"""What a program prints, on its way from its pipes to the server."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from itertools import chain, count
from typing import Callable, Iterator, List, Set, Tuple

from ..events import loop
from ..events.connection import Connection
from ..policy import policy
from ..wire import frames, notes, text
from ..pool.slot import Slot

READ_BYTES = 64 << 10
NAMES = {frames.STDOUT: "standard output", frames.STDERR: "standard error"}
UNREAD_BYTES = 256 << 10  # by the server, above which the program has to wait with its output


class Stream:
    def __init__(self, descriptor: int, kind: bytes) -> None:
        self.descriptor = descriptor
        self.kind = kind
        self.total = 0
        self.ended = False
        self._begun = b""  # of a character that may pass the limit
        self._end = b""  # of what came behind the limit

    def keep(self, data: bytes, limit: int) -> bytes:
        """What is handed on of that which comes next: up to the limit, and no part of a character that passes it."""
        room = limit - self.total + len(self._begun)
        self.total += len(data)
        data, self._begun = self._begun + data, b""
        if len(data) > room:
            kept = data[: max(0, room)]
            kept = kept[: text.whole_characters(kept)]
            self._end = (self._end + data[len(kept) :])[-policy.MAX_END_BYTES :]
            return kept
        if room - len(data) < text.LONGEST_CHARACTER - 1:
            whole = text.whole_characters(data)
            data, self._begun = data[:whole], data[whole:]
        return data

    def end(self) -> bytes:
        """The last bytes of what was not handed on, from the beginning of a character on."""
        first = next((at for at, byte in enumerate(self._end[: text.LONGEST_CHARACTER]) if byte & 0xC0 != 0x80), 0)
        return self._end[first:]

    def rest(self) -> bytes:
        """When nothing more comes."""
        rest, self._begun = self._begun, b""
        return rest


class Output:
    """Both streams: each is cut at the limit, and both wait while the server does not read."""

    def __init__(
        self,
        events: loop.Loop,
        target: Connection,
        slot: Slot,
        limit: int,
        on_ended: Callable[[], None],
        on_flood: Callable[[], None],
    ) -> None:
        """`on_ended` is called when both have come to their end, `on_flood` when one is far above any limit."""
        self._loop = events
        self._connection = target
        self._limit = limit
        self._on_ended = on_ended
        self._on_flood = on_flood
        self._listening = False
        self._streams: List[Stream] = [Stream(slot.stdout, frames.STDOUT), Stream(slot.stderr, frames.STDERR)]

    @property
    def truncated(self) -> bool:
        return any(stream.total > self._limit for stream in self._streams)

    def ends(self, taken: Set[str]) -> Iterator[Tuple[str, str, bytes]]:
        """Of each stream that was cut: its name, a name for a file, which is none of those that are taken, and what it has."""
        for stream in self._streams:
            if stream.total > self._limit:
                name = NAMES[stream.kind]
                yield name, _free(f"{name.replace(' ', '-')}-end", taken), stream.end()

    def notes(self, taken: Set[str]) -> List[str]:
        """Sentences about what was left out."""
        return [notes.of_cut(name, self._limit, file) for name, file, _ in self.ends(taken)]

    def files(self, taken: Set[str]) -> Iterator[Tuple[bytes, bytes]]:
        """Kinds and payloads of frames: files with the ends of streams that were cut, where results often are."""
        for _, file, content in self.ends(taken):
            yield frames.FILE, frames.encode([("name", file.encode()), ("size", str(len(content)).encode())])
            if content:
                yield frames.DATA, content

    def listen(self) -> None:
        self._listening = True
        for stream in self._streams:
            if not stream.ended:
                self._loop.watch(stream.descriptor, loop.READ, self._pump(stream))

    def stop(self) -> None:
        """Full pipes hold up whoever goes on writing."""
        self._listening = False
        for stream in self._streams:
            self._loop.forget(stream.descriptor)

    def drain(self) -> None:
        """Takes what is there already, and no more: somebody may go on writing."""
        for stream in self._streams:
            left = 0 if stream.ended else _waiting(stream.descriptor)
            while left > 0 and not stream.ended:
                before = stream.total
                if not self._read(stream):
                    break
                left -= stream.total - before
            self._put(stream, stream.rest())

    def _pump(self, stream: Stream) -> Callable[[int], None]:
        def on_output(_: int) -> None:
            self._read(stream)
            if all(each.ended for each in self._streams):
                self._on_ended()
            elif self._connection.waiting_bytes > UNREAD_BYTES:
                self._hold_up()

        return on_output

    def _hold_up(self) -> None:
        """Until the server has read what there is."""
        if not self._listening:
            return
        for stream in self._streams:
            self._loop.forget(stream.descriptor)
        self._connection.pour(iter(()), self._listen_again)

    def _listen_again(self) -> None:
        if self._listening:
            self.listen()

    def _read(self, stream: Stream) -> bool:
        """One read; whether there was something."""
        try:
            data = os.read(stream.descriptor, READ_BYTES)
        except BlockingIOError:
            return False
        if not data:
            stream.ended = True
            self._put(stream, stream.rest())
            self._loop.forget(stream.descriptor)
            return False
        self._put(stream, stream.keep(data, self._limit))
        if stream.total > policy.FLOOD_BYTES:
            self._on_flood()
        return True

    def _put(self, stream: Stream, data: bytes) -> None:
        if data:
            self._connection.put(stream.kind, data)


def _free(stem: str, taken: Set[str]) -> str:
    names = chain([f"{stem}.txt"], (f"{stem}-{number}.txt" for number in count(2)))
    return next(name for name in names if name not in taken)


def _waiting(descriptor: int) -> int:
    """Bytes in a pipe; FIONREAD in ioctl_pipe(2), whose size a program may have changed."""
    (count,) = struct.unpack("=i", fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)))
    return int(count)
