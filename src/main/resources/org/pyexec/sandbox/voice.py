"""What the supervisor says to the server."""

from __future__ import annotations


def say(kind: str, *words: str) -> None:
    """One line: a word, then values, separated by tabs."""
    line = "\t".join((kind, *words)).replace("\n", " ")
    print(line, flush=True)
