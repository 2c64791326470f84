"""What magics tell their users."""

from __future__ import annotations

import sys


class UsageError(Exception):
    """A magic that was called in a way that it does not know."""


UsageError.__module__ = "IPython.core.error"


def say(sentence: str) -> None:
    """On standard error, which a program may have replaced."""
    print(sentence, file=sys.stderr, flush=True)
