"""What else is to be known about a run: sentences in its answer, beside the reason of its ending."""

from __future__ import annotations

from typing import Dict, List, Optional

from . import text

MOST = 20  # that a program's process may tell
MOST_CHARACTERS = 500  # of each of them
_FIELD = "notes"


class Told:
    """By the program's own process, which adds them as it comes to know them: in program.py `notes.add`."""

    def __init__(self) -> None:
        self._sentences: List[str] = []

    def add(self, sentence: str) -> None:
        """In one line; what is too much is left out."""
        if len(self._sentences) < MOST and sentence not in self._sentences:
            self._sentences.append(text.beginning(" ".join(sentence.split()), MOST_CHARACTERS))

    def take(self) -> Dict[str, bytes]:
        """As a part of its report; the next program of a session begins with none."""
        told, self._sentences = self.so_far(), []
        return told

    def so_far(self) -> Dict[str, bytes]:
        """The same before its end, for when that does not come."""
        return {_FIELD: "\n".join(self._sentences).encode("utf-8", "replace")} if self._sentences else {}


def read(report: Optional[Dict[str, bytes]]) -> List[str]:
    """Those in a report, which is a program's word: few, short and visible, whatever stands there."""
    lines = (report or {}).get(_FIELD, b"")[: 4 * MOST * MOST_CHARACTERS].decode("utf-8", "ignore").split("\n")
    sentences = [text.visible(line) for line in lines[:MOST]]
    return [text.beginning(sentence, MOST_CHARACTERS) for sentence in sentences if sentence]


def of_cut(name: str, limit: int, file: str) -> str:
    """Of a stream of which only the beginning was kept, `limit` bytes; the last of the rest is in a file."""
    return f"More than {limit} bytes were written to {name}: the answer has the beginning, and the file {file} the end."
