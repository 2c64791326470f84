"""Names of files as answers show them: one-to-one, so that no two files of a run have the same.

A name is shown as it is, where that is possible: a backslash is an ordinary character, and so are blanks and all letters.
Bytes that are not UTF-8, control characters, line breaks and characters that hide or turn others around are percent-encoded
(RFC 3986, section 2.1), and then every % of that name as well. So is every % in a name without any of these that looks as if it
had been encoded so: it could be the name that another file is shown under.
"""

from __future__ import annotations

import re
import unicodedata

CUT = "…%00"  # in what is shown of a longer name, and of no whole one: that would have a zero byte, as no file has
_UNSHOWN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # categories; Cs are bytes that are not UTF-8, see PEP 383
_JOINERS = "\u200c\u200d"  # parts of words in some scripts, and of emoji
# What an encoded byte is, or a % of one that has been encoded again, as often as one likes.
_looks_encoded = re.compile(r"%(?:25)*(?:[01][0-9A-F]|7F|[89A-F][0-9A-F])").search

_encoded_byte = re.compile(rb"%([0-9A-F]{2})")


def shown(raw: bytes) -> str:
    """A name in valid UTF-8; percent-decoding gives `raw` again where something is encoded."""
    name = raw.decode("utf-8", "surrogateescape")
    if all(map(_is_shown, name)) and not _looks_encoded(name):
        return name
    return "".join(character if _is_shown(character) and character != "%" else _encoded(character) for character in name)


def meant(name: str) -> bytes:
    """The name that is shown so; raises ValueError where none is. Characters that are never shown stand for themselves."""
    if not _looks_encoded(name):
        return name.encode("utf-8", "surrogateescape")
    raw = _encoded_byte.sub(lambda found: bytes((int(found[1], 16),)), name.encode("utf-8", "surrogateescape"))
    if shown(raw) != name:
        raise ValueError("no name is shown so")
    return raw


def _is_shown(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) not in _UNSHOWN or character in _JOINERS


def _encoded(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogateescape"))
