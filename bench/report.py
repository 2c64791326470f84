#!/usr/bin/env python3
"""Makes the table and the plot from the raw figures.

    report.py bench/results/DATE.json
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Dict, List, Sequence, Tuple

from load import percentile

CONTESTANTS = ("bare", "bubblewrap", "plain", "ours")
WORKS = ("print", "numpy and pandas", "figure", "5 MB file")
Row = Sequence[object]


class Figures:
    """The raw figures, and what follows from them."""

    def __init__(self, raw: Dict[str, Any]) -> None:
        self.raw = raw
        # In every sequence `pass` takes its turn; together they are the measure of everything.
        self.unit = percentile([ms for work in raw["sequences"].values() for ms in work["pass"]["answered"]], 50)

    def times(self, work: str, contestant: str, end: str = "answered") -> List[float]:
        return list(self.raw["sequences"][work][contestant][end])

    def p(self, percent: int, work: str, contestant: str, end: str = "answered") -> float:
        return percentile(self.times(work, contestant, end), percent)

    def base(self, work: str) -> float:
        """What a time of this work is divided by: `pass` in the same rounds, or the same program started cold."""
        return self.p(50, work, "pass" if work in ("print", "first output", "in a session", "upload") else "bare")

    def load(self, program: str, contestant: str, clients: int, key: str = "per second") -> float:
        return float(self.raw["loads"][program][contestant][str(clients)][key])

    def faster(self, program: str, clients: int, other: str) -> float:
        return self.load(program, "ours", clients) / self.load(program, other, clients)


def goals(f: Figures) -> List[Row]:
    """What was wanted: text, measured, bound, and whether the bound is met."""
    found: List[Row] = []

    def most(text: str, measured: float, bound: float, unit: str = "") -> None:
        found.append((text, _short(measured) + unit, f"≤ {bound:g}{unit}", measured <= bound))

    def least(text: str, measured: float, bound: float) -> None:
        found.append((text, _short(measured), f"≥ {bound:g}", measured >= bound))

    most("`print`, p50 / bare `pass` p50", f.p(50, "print", "ours") / f.base("print"), 0.25)
    most("`print`, p99 / bare `pass` p50", f.p(99, "print", "ours") / f.base("print"), 0.6)
    if "first output" in f.raw["sequences"]:
        most("first streamed output of `print`, p50 / bare `pass` p50", f.p(50, "first output", "ours") / f.unit, 0.4)
    if "in a session" in f.raw["sequences"]:
        most("`print` in a warm session, p50 / bare `pass` p50", f.p(50, "in a session", "ours") / f.unit, 0.2)
        most("an idle session that has used pandas, private memory", f.raw["session megabytes"], 15, " MB")
    pandas, figure = "numpy and pandas", "figure"
    most("numpy and pandas, p50 / bare cold start of the same", f.p(50, pandas, "ours") / f.base(pandas), 0.03)
    most("figure, file reported, p50 / bare cold start of the same", f.p(50, figure, "ours") / f.base(figure), 0.2)
    for clients in (4, 50):
        least(f"`print` per second, {clients} at a time / plain server", f.faster("print", clients, "plain"), 4)
    least("numpy and pandas per second, 4 at a time / plain server", f.faster(pandas, 4, "plain"), 25)
    for clients in (4, 50):
        text = f"`print` per second, {clients} at a time / bare posix_spawn loop"
        least(text, f.faster("print", clients, "bare"), 2.2)
    most("`print`, 50 at a time, p99 / bare `pass` p50", f.load("print", "ours", 50, "p99") / f.unit, 12)
    most("wrong answers, all of them", len(f.raw["errors"]), 0)
    most("memory, idle, all images warm", f.raw["memory idle"]["ours"]["megabytes"], 700, " MB")
    return found


def sequence_rows(f: Figures) -> List[Row]:
    rows: List[Row] = [("bare `pass`", "", *_times(f, "print", "pass", "answered"))]
    for work, contestants in f.raw["sequences"].items():
        ends = ("answered", "fetched") if work in ("figure", "5 MB file", "upload") else ("answered",)
        for name in CONTESTANTS:
            for end in ends if name in contestants else ():
                rows.append((f"{work}, file fetched" if end == "fetched" else work, name, *_times(f, work, name, end)))
    return rows


def _times(f: Figures, work: str, name: str, end: str) -> Row:
    p50, p90, p99 = (f.p(percent, work, name, end) for percent in (50, 90, 99))
    base = f.base(work)
    return (*map(_short, (p50, p90, p99, p50 / base, p99 / base)), len(f.times(work, name, end)))


def load_rows(f: Figures) -> List[Row]:
    rows: List[Row] = []
    for program, contestants in f.raw["loads"].items():
        for clients in map(int, contestants["ours"]):
            bare = f.load(program, "bare", clients)
            for name in (name for name in CONTESTANTS if name in contestants):
                found = contestants[name][str(clients)]
                rate, p99 = found["per second"], found["p99"]
                ratios = _short(rate / bare), _short(p99), _short(p99 / f.unit)
                rows.append((program, clients, name, _short(rate), *ratios, found["count"], found["errors"]))
    return rows


def cost_rows(f: Figures) -> List[Row]:
    raw = f.raw
    spent, idle, after = raw["processor time"], raw["memory idle"], raw["memory after"]
    rows: List[Row] = []
    for name in CONTESTANTS:
        ratio = spent[name] / spent["bare"]
        memory = [_memory(when[name], when["bare"]) if name in when else "" for when in (idle, after)]
        rows.append((name, _short(spent[name]), _short(ratio), *memory))
    return rows


def _memory(found: Dict[str, Any], bare: Dict[str, Any]) -> str:
    hidden = f", {found['hidden']} more not readable" if found["hidden"] else ""
    times = found["megabytes"] / bare["megabytes"]
    size = f"{found['megabytes']:.0f} MB"
    if found["processes"] > 1:
        size += f" in {found['processes']} processes{hidden}, the first {found['root']:.0f} MB"
    return f"{size}; {_short(times)} × bare"


def markdown(f: Figures, plot: str) -> str:
    starts = sorted(f.raw["starts"])
    start = f"{starts[len(starts) // 2]:.1f} s" + (f" (of {len(starts)}: {', '.join(f'{s:.1f}' for s in starts)})")
    verdicts = [(text, measured, goal, "yes" if met else "**no**") for text, measured, goal, met in goals(f)]
    parts = [
        f"# Measured on {f.raw['machine']['date']}",
        "Made by `bench/run.sh`, in one run on one machine, the contestants taking turns; bench/README.md says what it "
        f"means. Times are in milliseconds. The unit of most ratios is a bare `python3 -c pass`: {f.unit:.1f} ms here.",
        _table(("", ""), list(f.raw["machine"].items())),
        "## Goals",
        _table(("", "measured", "goal", "met"), verdicts),
        f"![Latency and throughput of all contestants]({plot})",
        "## One after another",
        "Ratios of `print` and upload are to the p50 of bare `pass` in the same rounds, others to the p50 of the same "
        "program started cold by a bare interpreter. With few runs p99 is the slowest.",
        _table(("work", "contestant", "p50", "p90", "p99", "p50 ratio", "p99 ratio", "runs"), sequence_rows(f)),
        "## In parallel",
        _table(
            ("work", "clients", "contestant", "per second", "× bare", "p99", "p99 / bare `pass` p50", "runs", "wrong"),
            load_rows(f),
        ),
        "## Processor time per `print`, and memory (PSS)",
        _table(("contestant", "ms per run", "ratio to bare", "idle, all warm", "after all of this"), cost_rows(f)),
        f"From `java -jar` to the first answered program: {start},"
        f" {_short(starts[len(starts) // 2] * 1e3 / f.unit)} × bare `pass`.",
    ]
    errors = "\n".join(f"- {error}" for error in f.raw["errors"][:20])
    return "\n\n".join([*parts, *(["## Wrong answers", errors] if errors else [])]) + "\n"


def _table(head: Row, rows: Sequence[Row]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _short(value: float) -> str:
    """Three digits that count."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:#.3g}".rstrip(".") if value else "0"


def write(base: str) -> Tuple[str, str]:
    import plot  # matplotlib takes a second

    with open(base + ".json", encoding="utf-8") as raw:
        figures = Figures(json.load(raw))
    with open(base + ".md", "w", encoding="utf-8") as table:
        table.write(markdown(figures, os.path.basename(base) + ".svg"))
    plot.draw(figures, base + ".svg")
    return base + ".md", base + ".svg"


if __name__ == "__main__":
    print(*write(sys.argv[1][: -len(".json")]))
