"""Lines of a notebook that are no Python, as calls that are: magics, commands for a shell, questions, prompts.

The words are those of IPython: https://ipython.readthedocs.io/en/stable/interactive/python-ipython-diff.html
Nothing is changed inside of strings, brackets or continued lines, and every line stays where it is. Time grows with the length
of the text only.
"""

from __future__ import annotations

import ast
import re
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

MAX_CHARACTERS = 1 << 20  # longer programs are taken as plain Python

_CLASSIC = re.compile(r"(>>>|\.\.\.)( |$)")
_NUMBERED = re.compile(r"(In \[\d+\]: ?|\s*\.{3,}: ?)")
_FIRST_NUMBERED = re.compile(r"In \[\d+\]: ?")
_CELL_MAGIC = re.compile(r"%%(!|\w[\w.]*)[ \t]*(.*)")
_COMMAND = re.compile(r"([ \t]*)(%|!!|!|\?\?|\?)(.*)")
_ASSIGNED = re.compile(r"([ \t]*[^\W\d][\w.,*: \t\[\]'\"-]*?=[ \t]*)(%(?=[^\s=])|!(?=[ \t]*[^\s=]))(.*)")
_ASKED = re.compile(r"([ \t]*)(%{0,2}(?!\d)[\w*]+(?:\.[^\W\d]\w*|\[-?\d+\])*)(\?\??)[ \t]*(?:;[ \t]*)?(?:#.*)?$")
_WORD = re.compile(r"[ \t]*([^\W\d]\w*)(?:[ \t]+(.*))?$")
_NOT_AUTOMATIC = tuple("=!()<>,+*/%^&|.[:@;")
_OPENING = re.compile(r"""\#|\"{3}|'{3}|["'()\[\]{}]|\\$""")
_CLOSING = {quote: re.compile(r"\\.|\\$|" + quote, re.S) for quote in ('"""', "'''", '"', "'")}


class Cell(NamedTuple):
    """Python text with as many lines as the program has."""

    lines: List[str]
    shifts: Dict[int, int]  # characters that were taken away at the beginning of a line, by its number from 1
    replaced: Dict[int, int]  # the last line of the command that a line stands for now, by its number from 1
    body: Optional[str] = None  # of a cell magic
    body_line: int = 0  # how many lines stand before it

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def translate(lines: List[str], is_magic: Callable[[str], bool]) -> Optional[Cell]:
    """None where there is nothing to translate. `is_magic` says whether a bare word calls one."""
    if sum(map(len, lines)) > MAX_CHARACTERS:
        return None
    unprompted, shifts = _without_prompts(lines)
    cell = _cell_magic(unprompted, shifts) or _statements(unprompted, shifts, is_magic)
    return cell if cell.lines != lines else None


def python(text: str) -> str:
    """The text with its commands as calls, or as it is; each line stays where it is."""
    try:
        ast.parse(text)
        return text
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        cell = translate(text.split("\n"), lambda _: False)
        return text if cell is None else cell.text


def relocate(tree: Any, cell: Cell, original: List[str]) -> None:
    """Moves the places of the tree's nodes to where their text stands in the original lines; ast counts bytes of UTF-8."""
    node: Any  # of a class that has a place
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if line in cell.replaced:
            last = cell.replaced[line]
            node.end_lineno = last
            node.col_offset = _bytes(original[line - 1]) - _bytes(original[line - 1].lstrip())
            node.end_col_offset = _bytes(original[last - 1].rstrip().rstrip(";"))
        elif line:
            node.col_offset += cell.shifts.get(line, 0)
            node.end_col_offset += cell.shifts.get(node.end_lineno, 0)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


# --- prompts and indentation ----------------------------------------------------------------------------------------


def is_numbered(lines: List[str]) -> bool:
    """Whether it begins with the prompt of IPython, which may be Python: an annotation of an item."""
    return any(map(_FIRST_NUMBERED.match, [line for line in lines if line.strip()][:2]))


def _without_prompts(lines: List[str]) -> Tuple[List[str], Dict[int, int]]:
    """Also without the indentation of the first line, in every line that has it."""
    shorter = lines
    filled = [line for line in lines if line.strip()][:2]
    if any(map(re.compile(">>>( |$)").match, filled)):
        shorter = [_CLASSIC.sub("", line, count=1) if _CLASSIC.match(line) else line for line in lines]
    elif is_numbered(lines):
        shorter = [line[found.end() :] if (found := _NUMBERED.match(line)) else line for line in lines]
    first = next((line for line in shorter if line.strip()), "")
    indentation = first[: len(first) - len(first.lstrip(" \t"))]
    if indentation:
        shorter = [line[len(indentation) :] if line.startswith(indentation) else line for line in shorter]
    shifts = {number: len(line) - len(short) for number, (line, short) in enumerate(zip(lines, shorter), 1)}
    return shorter, {number: shift for number, shift in shifts.items() if shift}


# --- commands -------------------------------------------------------------------------------------------------------


def _cell_magic(lines: List[str], shifts: Dict[int, int]) -> Optional[Cell]:
    first = next((i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")), 0)
    found = _CELL_MAGIC.match(lines[first]) if lines else None
    if found is None or _ASKED.match(lines[first]):
        return None
    body = "\n".join(lines[first + 1 :])
    body += "" if not body or body.endswith("\n") else "\n"
    call = f"get_ipython().run_cell_magic({found[1]!r}, {found[2].rstrip()!r}, {body!r})"
    replaced = {first + 1: first + 1}
    return Cell([*lines[:first], call, *[""] * (len(lines) - first - 1)], shifts, replaced, body, first + 1)


def _statements(lines: List[str], shifts: Dict[int, int], is_magic: Callable[[str], bool]) -> Cell:
    translated: List[str] = []
    replaced: Dict[int, int] = {}
    alone = sum(1 for line in lines if line.strip()) == 1
    depth, quote, continued = 0, "", False
    position = 0
    while position < len(lines):
        line = lines[position]
        if depth == 0 and not quote and not continued:
            last = position
            call = _call(line, alone, is_magic)
            if call is not None:
                while line.endswith("\\") and last + 1 < len(lines):
                    last += 1
                    line = line[:-1].rstrip() + " " + lines[last].strip()
                call = _call(line, alone, is_magic) or call
                translated += [call, *[""] * (last - position)]
                replaced[position + 1] = last + 1
                position = last + 1
                continue
        depth, quote, continued = _state_after(line, depth, quote)
        translated.append(line)
        position += 1
    return Cell(translated, shifts, replaced)


def _call(line: str, alone: bool, is_magic: Callable[[str], bool]) -> Optional[str]:
    """What a line means that begins a statement, None if it is Python."""
    asked = _ASKED.match(line)
    if asked is not None:
        return asked[1] + _magic("pinfo" if asked[3] == "?" else "pinfo2", asked[2])
    command = _COMMAND.match(line)
    if command is not None:
        return command[1] + _meaning(command[2], command[3])
    assigned = _ASSIGNED.match(line)
    if assigned is not None:
        call = _meaning("%", assigned[3]) if assigned[2] == "%" else _meaning("!!", assigned[3])
        return assigned[1] + call
    word = _WORD.match(line) if alone else None
    if word is not None and not (word[2] or "").startswith(_NOT_AUTOMATIC) and is_magic(word[1]):
        return _magic(word[1], word[2] or "")
    return None


def _meaning(escape: str, text: str) -> str:
    if escape == "%":
        name, _, line = text.strip().partition(" ")
        return _magic(name.rstrip(";"), line.strip())
    if escape in ("?", "??"):
        return _magic("pinfo" if escape == "?" else "pinfo2", text.strip())
    return f"get_ipython().{'system' if escape == '!' else 'getoutput'}({text.strip()!r})"


def _magic(name: str, line: str) -> str:
    return f"get_ipython().run_line_magic({name!r}, {line!r})"


def _state_after(line: str, depth: int, quote: str) -> Tuple[int, str, bool]:
    """How many brackets are open at the end of the line, which string is, and whether a backslash continues it."""
    position = 0
    while True:
        if quote:
            closing = _CLOSING[quote]
            found = closing.search(line, position)
            while found is not None and found[0] not in _CLOSING:
                if found.end() == len(line) and found[0] == "\\":
                    return depth, quote, True
                found = closing.search(line, found.end())
            if found is None:
                return depth, quote if len(quote) == 3 else "", False
            quote, position = "", found.end()
        opening = _OPENING.search(line, position)
        if opening is None or opening[0] == "#":
            return depth, "", False
        position = opening.end()
        if opening[0] == "\\":
            return depth, "", True
        if opening[0] in "([{":
            depth += 1
        elif opening[0] in ")]}":
            depth = max(0, depth - 1)
        else:
            quote = opening[0]
