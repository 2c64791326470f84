"""The comment in which a program names its encoding; PEP 263. Programs come as text, so there is nothing left to decode."""

from __future__ import annotations

import re
from typing import Union

# In the first line, or in the second; that the first one must be empty or a comment makes no difference here.
_named = re.compile(rb"(?:\xef\xbb\xbf)?(?:[^\r\n]*(?:\r\n?|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)").match
_MARK = "\ufeff"  # which compile() passes over in bytes, and not in text


def text_of(source: bytes) -> Union[bytes, str]:
    """What compile() is given: the program in UTF-8, or its text where a comment says that the bytes are something else."""
    named = _named(source)
    if named is None or named.group(1).lower().replace(b"_", b"-").startswith((b"utf-8", b"utf8")):
        return source
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError:
        return source
    return text[len(_MARK) :] if text.startswith(_MARK) else text
