#!/usr/bin/env python3
"""Counts the tests and the assertions of the Java half, and lists those that a change has taken away.

    .ci/assertions.py [REVISION]

Without a revision: how many there are. With one: how many there were then and are now, and each whose text is there less often
than it was. A test that moved to another class is not listed, an assertion that was written anew is: read the list.
"""

from __future__ import annotations

import collections
import pathlib
import re
import subprocess
import sys
from typing import Counter, Dict, Iterator, NamedTuple

FOLDER = "src/test/java"
_TEST = re.compile(r"@(?:Test|ParameterizedTest|TestFactory|ArchTest)\b")
_ANNOTATION = re.compile(r"@\w+(?:\.\w+)*(?:\((?:[^()\"]|\"(?:\\.|[^\"\\])*\"|\((?:[^()\"]|\"(?:\\.|[^\"\\])*\")*\))*\))?\s+")
_ASSERTION = re.compile(r"\b(?:assert[A-Z]\w*|Shapes\.\w+|Verdict\.check)\(|\.until\(")
_TEXT_OR_COMMENT = re.compile(
    r'(?P<text>"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\[^\n]{1,5}?|[^\'\\\n])\')|//[^\n]*|/\*.*?\*/', re.DOTALL
)
_CHAINED = re.compile(r"\s*\.\w+\(")


class Found(NamedTuple):
    tests: Counter[str]
    assertions: Counter[str]


def sources(revision: str) -> Iterator[str]:
    if not revision:
        for path in sorted(pathlib.Path(FOLDER).rglob("*.java")):
            yield path.read_text("utf-8")
        return
    names = _git("ls-tree", "-r", "--name-only", revision, FOLDER).splitlines()
    for name in names:
        if name.endswith(".java"):
            yield _git("show", f"{revision}:{name}")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8").stdout


def find(revision: str) -> Found:
    found = Found(collections.Counter(), collections.Counter())
    for source in sources(revision):
        texts: Dict[str, str] = {}
        plain = _hide(source, texts)
        found.tests.update(_tests(plain))
        for assertion in _assertions(plain):
            found.assertions[re.sub(r"\s+", "", re.sub(r"§\d+§", lambda each: texts[each.group()], assertion))] += 1
    return found


def _hide(source: str, texts: Dict[str, str]) -> str:
    """Without comments, and with a sign in the place of each literal, which may have brackets in it."""

    def sign(found: "re.Match[str]") -> str:
        if found["text"] is None:
            return ""
        key = f"§{len(texts)}§"
        texts[key] = found["text"]
        return key

    return _TEXT_OR_COMMENT.sub(sign, source)


def _tests(source: str) -> Iterator[str]:
    for start in _TEST.finditer(source):
        rest = source[start.start() :]
        while annotation := _ANNOTATION.match(rest):
            rest = rest[annotation.end() :]
        name = re.match(r"[^(=;{]*?\b(\w+)\s*(?:\(|=)", rest)
        if name:
            yield name.group(1)


def _assertions(source: str) -> Iterator[str]:
    """The outermost calls, each with the calls chained to it."""
    end = 0
    for start in _ASSERTION.finditer(source):
        if start.start() < end or re.search(r"\b(?:void|static\s+\w+)\s+$", source[: start.start()][-30:]):
            continue
        end = _end_of_call(source, start.end() - 1)
        while chained := _CHAINED.match(source, end):
            end = _end_of_call(source, chained.end() - 1)
        yield source[start.start() : end]


def _end_of_call(source: str, bracket: int) -> int:
    depth = 0
    for position in range(bracket, len(source)):
        depth += {"(": 1, ")": -1}.get(source[position], 0)
        if depth == 0:
            return position + 1
    return len(source)


def main(arguments: list[str]) -> int:
    now = find("")
    if not arguments:
        print(f"{sum(now.tests.values())} tests, {sum(now.assertions.values())} assertions")
        return 0
    then = find(arguments[0])
    for what, before, after in (("tests", then.tests, now.tests), ("assertions", then.assertions, now.assertions)):
        print(f"{what}: {sum(before.values())} in {arguments[0]}, {sum(after.values())} now")
        for text, count in sorted((before - after).items()):
            print(f"  gone{'' if count == 1 else f' {count} times'}: {text[:300]}")
        for text, count in sorted((after - before).items()):
            print(f"  new{'' if count == 1 else f' {count} times'}: {text[:300]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
