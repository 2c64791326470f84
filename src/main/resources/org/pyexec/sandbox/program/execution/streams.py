"""The standard streams of a session's programs: each finds them whole, whatever the one before has done to them."""

from __future__ import annotations

import io
import os
import sys
from typing import Any, Dict, TextIO

_same, _stat, _put, _close, _open_raw = os.path.samestat, os.fstat, os.dup2, os.close, io.FileIO
_buffered_reader, _buffered_writer, _text = io.BufferedReader, io.BufferedWriter, io.TextIOWrapper


class Streams:
    def __init__(self) -> None:
        self._copies = {number: os.dup(number) for number in (1, 2)}
        self._files: Dict[int, TextIO] = {0: sys.stdin, 1: sys.stdout, 2: sys.stderr}
        self._errors = {number: str(file.errors) for number, file in self._files.items()}

    def restore(self, stdin: int) -> None:
        """`stdin` is the pipe that the next program reads from; it is owned here."""
        _put(stdin, 0)
        if stdin == 0:
            os.set_inheritable(0, True)
        elif stdin > 2:  # otherwise it came where a program had closed a stream, which is put there now
            _close(stdin)
        for number, copy in self._copies.items():
            if not _is(number, copy):
                _put(copy, number)
            if self._files[number].closed:
                self._files[number] = self._writer(number)
        self._files[0] = self._reader()
        python: Any = sys  # whose own streams are not to be replaced, says its description
        python.stdin = python.__stdin__ = self._files[0]
        python.stdout = python.__stdout__ = self._files[1]
        python.stderr = python.__stderr__ = self._files[2]

    def _reader(self) -> TextIO:
        """As the interpreter makes it itself, which leaves carriage returns alone; create_stdio in CPython."""
        raw: Any = _open_raw(0, "r", closefd=False)
        raw.name = "<stdin>"
        return _text(_buffered_reader(raw), "utf-8", self._errors[0], "\n")

    def _writer(self, number: int) -> TextIO:
        raw: Any = _open_raw(number, "w", closefd=False)
        raw.name = "<stdout>" if number == 1 else "<stderr>"
        return _text(_buffered_writer(raw), "utf-8", self._errors[number], "\n", True)


def _is(number: int, copy: int) -> bool:
    """Whether the descriptor still leads where its copy does."""
    try:
        return _same(_stat(number), _stat(copy))
    except OSError:
        return False
