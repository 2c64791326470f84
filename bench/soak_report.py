"""The report of the long run, in Markdown."""

from __future__ import annotations

import os
import platform
import re
import statistics
import subprocess
from typing import Any, Dict, List, Tuple

from soak_ledger import Ledger
from soak_server import PROJECT


def text(
    options: Dict[str, Any],
    health: Dict[str, Any],
    ledger: Ledger,
    holdings: List[Tuple[str, int, int, str, bool]],
    checks: List[Tuple[str, bool, str]],
    memory: List[Tuple[float, int]],
) -> str:
    """holdings: name, before, after, what is allowed, whether it is kept; checks: sentence, whether it is true, numbers."""
    good = all(kept for *_, kept in holdings) and all(true for _, true, _ in checks)
    lines = [f"# Long run, {options['began']}", ""]
    lines += [f"- {name}: {value}" for name, value in _circumstances(options, health)]
    lines += ["", f"**{'Passed' if good else 'FAILED'}.**", "", "## Checks", "", "| | Check | Figures |", "| --- | --- | --- |"]
    lines += [f"| {_mark(true)} | {sentence} | {figures} |" for sentence, true, figures in checks]
    if ledger.violations:
        lines += ["", f"What was wrong, {len(ledger.violations)} of {ledger.violation_count}:", ""]
        lines += [f"- `{' '.join(violation.split())[:600]}`" for violation in ledger.violations]
    lines += ["", "## What the server holds", ""]
    lines += ["Both times quiet: before, after the warm-up; after, at the end, when every file had expired.", ""]
    lines += ["| | Thing | Before | After | Allowed |", "| --- | --- | ---: | ---: | --- |"]
    lines += [f"| {_mark(kept)} | {name} | {was} | {now} | {rule} |" for name, was, now, rule, kept in holdings]
    lines += ["", "PSS of all processes under load: " + _over_time(memory) + ".", "", "## What was asked", ""]
    lines += ["| Kind | Outcomes | p50 ms | p99 ms |", "| --- | --- | ---: | ---: |"]
    for kind, outcomes in sorted(ledger.outcomes.items()):
        words = ", ".join(f"{word}: {count}" for word, count in sorted(outcomes.items()))
        lines.append(f"| {kind} | {words} | {' | '.join(_quantiles(ledger.seconds[kind]))} |")
    return "\n".join(lines) + "\n"


def _circumstances(options: Dict[str, Any], health: Dict[str, Any]) -> List[Tuple[str, str]]:
    sandbox = health["sandbox"]
    return [
        ("Load", f"{options['minutes']:g} minutes after {options['warm_up']:g} s of the same to warm up{options['early']}"),
        ("Clients", f"{options['clients']} in parallel, for {health['executions']['capacity']} programs at once"),
        ("Seed", str(options["seed"])),
        ("Files expire after", f"{options['ttl']} s"),
        ("Version", _version()),
        ("Machine", f"{os.cpu_count()} × {_processor()}, {_memory_gib():.0f} GiB, Linux {platform.release()}"),
        ("Software", f"{health['server']}, Java {health['javaVersion']}, {health['pythonVersion']}"),
        ("Sandbox", f"{sandbox['tier']}: {', '.join(sandbox['layers'])}"),
    ]


def _version() -> str:
    command = ["git", "-C", PROJECT, "describe", "--always", "--dirty"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _processor() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
    return found.group(1) if found else platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)


def _mark(good: bool) -> str:
    return "✓" if good else "✗"


def _quantiles(seconds: List[float]) -> Tuple[str, str]:
    if not seconds:
        return "", ""
    ordered = sorted(seconds)
    return f"{statistics.median(ordered) * 1e3:.0f}", f"{ordered[int(len(ordered) * 0.99)] * 1e3:.0f}"


def _over_time(memory: List[Tuple[float, int]]) -> str:
    """At most ten numbers, evenly spread over the time."""
    step = max(1, len(memory) // 10)
    return ", ".join(f"{kib / 1024:.0f} MiB after {at / 60:.1f} min" for at, kib in memory[step - 1 :: step]) or "not taken"
