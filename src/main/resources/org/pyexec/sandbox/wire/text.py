"""Text that has to be short: it is cut between characters."""

from __future__ import annotations

LONGEST_CHARACTER = 4  # bytes of UTF-8; RFC 3629


def beginning(text: str, most: int) -> str:
    """Of `most` characters; what is cut ends with an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + "…"


def visible(text: str) -> str:
    """Without what moves a terminal's cursor or hides other characters."""
    return "".join(character if character.isprintable() else " " for character in text).strip()


def whole_characters(data: bytes) -> int:
    """How many of the bytes, which are the beginning of something, end with a whole character of UTF-8.

    Bytes that are no UTF-8 are characters each: whoever decodes them replaces them.
    """
    for length in range(1, min(LONGEST_CHARACTER, len(data)) + 1):
        byte = data[-length]
        if byte & 0xC0 != 0x80:  # no continuation: a character begins here
            return len(data) if length >= _length(byte) else len(data) - length
    return len(data)


def encoded(text: str, most: int) -> bytes:
    """The beginning of it, of `most` bytes of UTF-8."""
    data = text.encode("utf-8", "backslashreplace")[:most]
    return data[: whole_characters(data)]


def _length(first: int) -> int:
    """Of the character that begins with this byte; RFC 3629, section 3."""
    if first < 0xC0:
        return 1
    if first < 0xE0:
        return 2
    return 3 if first < 0xF0 else 4
