"""The comment in which a program names its encoding; PEP 263. Programs come as text, so there is nothing left to decode.

Whoever reads the file of the program decodes it as the comment says.
"""

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


def in_file(source: bytes) -> bytes:
    """The program as the bytes that its comment says they are; in UTF-8 where they cannot be."""
    text = text_of(source)
    named = _named(source)
    if isinstance(text, bytes) or named is None:
        return source
    name = named.group(1).decode("ascii", "replace")
    try:
        written = text.encode(name)
        is_same = written.decode(name) == text
    except (LookupError, ValueError, TypeError):  # no such encoding, or none of text, or it has not all characters
        return source
    again = _named(written)
    return written if is_same and again is not None and again.group(1) == named.group(1) else source
