"""What commands of pip and conda are answered with: nothing can be installed here, but much is."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from typing import Any, Iterator, List, NamedTuple, Optional

from .speech import say

# Words before a command that change nothing of what it is answered with, such as a variable that is set for it.
_VALUE = r"""(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|[^\s'"\\])*"""
_LEFT_OUT = rf"(?:(?:time(?:\s+-p)?|command|env|exec|nohup|sudo(?:\s+-\w+)*|[A-Za-z_]\w*\+?={_VALUE})\s+)*"
_COMMAND = re.compile(
    rf"\s*{_LEFT_OUT}(?:\S*python[\d.]*\s+-m\s+)?(pip[\d.]*|conda|mamba|micromamba|uv)\s+(?:pip\s+)?(\S*)\s*(.*)", re.S
)
_MENTIONED = re.compile(r"\b(?:pip|conda|mamba|micromamba|uv)")
_BEFORE = re.compile(r"\s*(?:(?:if|then|else|elif|do|while|until|!|\{)\s+)*")  # a command, the shell's own words
_TOKEN = re.compile(r"""\\.|'[^']*'|"(?:\\.|[^"\\])*"|((?<!\S)\#[^\n]*|&&|\|\||(?<![<>])&(?!>)|[;|\n()])|(['"]|<<)""", re.S)
_REDIRECTION = re.compile(r"(\d|&)?[<>]")
_REDIRECTED = re.compile(r"\s(?=(?:\d|&)?[<>])")
_NAME = re.compile(r"([A-Za-z0-9][\w.-]*)")
_LISTS = ("list", "freeze")
_WITH_VALUE = ("-r", "-c", "-i", "-t", "-f", "-n", "--requirement", "--index-url", "--extra-index-url", "--target", "--channel")
_OTHER_NAMES = {"sklearn": "scikit-learn", "pil": "pillow", "bs4": "beautifulsoup4", "yaml": "pyyaml", "cv2": "opencv-python"}


def answer(command: str) -> Optional[int]:
    """Says what there is to say and returns the status; None where another command stands beside it. Filters are left out."""
    parts = [part for part in _parts(command) if part.text.strip() and part.before != "|"]
    found = [match for match in (_COMMAND.match(part.text) for part in parts) if match is not None]
    if not parts or len(found) < len(parts):
        return None
    return max([_answer(*match.groups()) for match in found])


def is_filtered(command: str) -> bool:
    """Whether much would be said of which only a part is wanted."""
    parts = _parts(command)
    matches = [_COMMAND.match(part.text) for part in parts]
    return any(part.before == "|" for part in parts) and any(match is not None and match[2] in _LISTS for match in matches)


def with_answers(command: str) -> str:
    """The words of a shell, in which what there is to say stands in place of each such command, with its status."""
    pieces = []
    end = 0
    for part in _parts(command):
        own = _BEFORE.match(part.text)
        begin = own.end() if own is not None else 0
        match = _COMMAND.match(part.text, begin)
        if match is not None:
            redirected = _REDIRECTED.search(match[3])
            pieces += [command[end : part.begin + begin], " ", _in_words_of_a_shell(match)]
            end = part.begin + (match.start(3) + redirected.start() if redirected is not None else len(part.text.rstrip()))
    return "".join(pieces) + command[end:]


class _Part(NamedTuple):
    """A simple command, and what separates it from the one before it."""

    text: str
    begin: int
    before: str


def _parts(command: str) -> List[_Part]:
    """None of them where no such command can be in it, or it takes a shell to understand it."""
    if _MENTIONED.search(command) is None:
        return []
    parts = []
    begin, before = 0, ""
    for token in _TOKEN.finditer(command):
        if token[2]:
            return []
        if token[1]:
            parts.append(_Part(command[begin : token.start()], begin, before))
            begin, before = token.end(), token[1]
    return [*parts, _Part(command[begin:], begin, before)]


def _in_words_of_a_shell(match: "re.Match[str]") -> str:
    with contextlib.redirect_stdout(io.StringIO()) as output, contextlib.redirect_stderr(io.StringIO()) as errors:
        status = _answer(*match.groups())
    said = f"printf %s {shlex.quote(output.getvalue())}; printf %s {shlex.quote(errors.getvalue())} >&2"
    # One command, and not several in braces: other words may stand before it, such as a variable that a command gives.
    return f"sh -c {shlex.quote(f'{said}; exit {status}')}"


def _answer(tool: str, verb: str, rest: str) -> int:
    if verb == "install":
        return _install(tool, [word.strip("'\"") for word in rest.split()])
    if verb in _LISTS:
        for name, version in sorted(_distributions()):
            print(f"{name}=={version}")
        return 0
    if verb == "show":
        return _show(rest.split())
    say(f"{tool} {verb}: nothing can be installed or removed here; GET /packages lists what can be imported.")
    return 1


def _distributions() -> Any:
    from importlib import metadata

    return {(each.metadata["Name"], each.version) for each in metadata.distributions() if each.metadata["Name"]}


def _install(tool: str, words: List[str]) -> int:
    status = 0
    for word in _requirements(words):
        if "$" in word:  # of the shell
            status = 1
            say(f"{tool} install: nothing can be installed here; GET /packages lists what can be imported.")
            continue
        name = _NAME.match(word)
        version = _version(name[1]) if name is not None and "://" not in word else None
        if name is not None and version is not None:
            print(f"Requirement already satisfied: {word} ({version})")
        else:
            status = 1
            say(f"{tool} install: {word} is not here and cannot be installed; GET /packages lists what can be imported.")
    return status


def _requirements(words: List[str]) -> Iterator[str]:
    """Without options and their values."""
    skip = False
    for word in words:
        if _REDIRECTION.match(word):
            break
        if skip or word.startswith("-") or "::" in word:
            skip = word in _WITH_VALUE
        else:
            yield word


def _version(name: str) -> Optional[str]:
    """By the name of the distribution, else of a module."""
    from importlib import metadata, util

    for each in (name, _OTHER_NAMES.get(name.lower(), name), name.replace("_", "-")):
        try:
            return metadata.version(each)
        except metadata.PackageNotFoundError:
            continue
    try:
        return "installed" if util.find_spec(name.replace("-", "_")) is not None else None
    except (ImportError, ValueError):
        return None


def _show(words: List[str]) -> int:
    from importlib import metadata

    for word in words:
        try:
            about = metadata.metadata(word)
        except metadata.PackageNotFoundError:
            say(f"WARNING: Package(s) not found: {word}")
            return 1
        for field in ("Name", "Version", "Summary", "Home-page"):
            print(f"{field}: {about[field]}")
    return 0
