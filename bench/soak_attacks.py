"""The attacks of the tests, as programs of the long run: src/test/programs, whose first lines say how each may end."""

from __future__ import annotations

import os
from typing import Dict, List

from soak_programs import Program

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src", "test", "programs")
GROUPS = ("beside", "isolation", "landlock", "limits")


def of_tier(tier: str) -> List[Program]:
    """Those that say something about this tier of the sandbox."""
    found = []
    for group in GROUPS:
        folder = os.path.join(FOLDER, group)
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                code = file.read()
            told = _told(code)
            if tier in told.get("tiers", tier).split():
                found.append(_program(f"{group}/{name}", code, told))
    return found


def _told(code: str) -> Dict[str, str]:
    told = {}
    for line in code.splitlines():
        key, colon, value = line[2:].partition(": ")
        if not line.startswith("# ") or not colon or " " in key:
            break
        told[key] = value
    return told


def _program(kind: str, code: str, told: Dict[str, str]) -> Program:
    output = told["stdout"] + "\n" if "stdout" in told else None
    reasons = tuple(told["reason"].split(" or "))
    return Program(kind, 1, code, reasons, output, timeout=float(told.get("timeout", 60)), has_words=False)
