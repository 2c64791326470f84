"""What commands of pip and conda are answered with: nothing can be installed here, but much is."""

from __future__ import annotations

import re
from typing import Any, List, Optional

from .speech import say

_COMMAND = re.compile(
    r"\s*(?:sudo\s+)?(?:\S*python[\d.]*\s+-m\s+)?(pip[\d.]*|conda|mamba|micromamba|uv)\s+(?:pip\s+)?(\S*)\s*(.*)", re.S
)
_SEPARATOR = re.compile(r"\s*(?:&&|\|\||;|\n)\s*")
_REDIRECTION = re.compile(r"(\d|&)?[<>]")
_NAME = re.compile(r"([A-Za-z0-9][\w.-]*)")
_WITH_VALUE = ("-r", "-c", "-i", "-t", "-f", "-n", "--requirement", "--index-url", "--extra-index-url", "--target", "--channel")
_OTHER_NAMES = {"sklearn": "scikit-learn", "pil": "pillow", "bs4": "beautifulsoup4", "yaml": "pyyaml", "cv2": "opencv-python"}


def answer(command: str) -> Optional[int]:
    """Says what there is to say and returns the status; None for another command."""
    parts = [_COMMAND.match(part.partition("|")[0]) for part in _SEPARATOR.split(command.strip())]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    return max([_answer(*part.groups()) for part in found])


def _answer(tool: str, verb: str, rest: str) -> int:
    if verb == "install":
        return _install(tool, [word.strip("'\"") for word in rest.split()])
    if verb in ("list", "freeze"):
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
    skip = False
    for word in words:
        if _REDIRECTION.match(word):
            break
        if skip or word.startswith("-") or "::" in word:
            skip = word in _WITH_VALUE
            continue
        name = _NAME.match(word)
        version = _version(name[1]) if name is not None and "://" not in word else None
        if name is not None and version is not None:
            print(f"Requirement already satisfied: {word} ({version})")
        else:
            status = 1
            say(f"{tool} install: {word} is not here and cannot be installed; GET /packages lists what can be imported.")
    return status


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
