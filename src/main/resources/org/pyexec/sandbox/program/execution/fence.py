"""The Markdown fence in which models wrap whole programs."""

from __future__ import annotations

import re

_FENCED = re.compile(
    rb"\A(\s*)(`{3,}|~{3,})[ \t]*(?:(?:python|python3|py|py3|ipython|ipython3)[ \t]*)?\r?\n"
    rb"(.*?)(?:\r?\n|\A)[ \t]*\2\s*\Z",
    re.S | re.I,
)  # no two parts of it match the same blanks, so that time grows with the length only


def without(source: bytes) -> bytes:
    """The program inside of a fence that encloses all of the text, each line where it was; else the text as it is.

    No Python program begins with such a fence, so none is mistaken for another.
    """
    if not source.lstrip().startswith((b"```", b"~~~")):
        return source
    found = _FENCED.match(source)
    if found is None or re.search(rb"^[ \t]*" + re.escape(found[2]), found[3], re.M):
        return source  # what stands between two fences is prose
    return found[1] + b"\n" + found[3] + b"\n"
