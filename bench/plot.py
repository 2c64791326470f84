"""The picture beside the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

if TYPE_CHECKING:
    from report import Figures

COLORS = {"bare": "#8a8a8a", "bubblewrap": "#b08d57", "plain": "#4c78a8", "ours": "#d1495b"}
LABELS = {"bare": "bare python3", "bubblewrap": "bubblewrap", "plain": "plain server", "ours": "this server"}
WORKS = {
    "print": "print",
    "numpy and pandas": "pandas",
    "figure": "figure,\nfetched",
    "5 MB file": "5 MB file,\nfetched",
}


def draw(figures: "Figures", path: str) -> None:
    plt.rcParams.update({"svg.hashsalt": "bench", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    picture, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    _latency(figures, left)
    _throughput(figures, right)
    picture.savefig(path, metadata={"Date": None})
    plt.close(picture)


def _latency(figures: "Figures", axes: Any) -> None:
    width = 0.2
    for index, name in enumerate(COLORS):
        middles = [figures.p(50, work, name, "fetched") for work in WORKS]
        tops = [figures.p(90, work, name, "fetched") for work in WORKS]
        places = [place + (index - 1.5) * width for place in range(len(WORKS))]
        whiskers = [[0] * len(tops), [top - middle for top, middle in zip(tops, middles)]]
        axes.bar(places, middles, width, yerr=whiskers, color=COLORS[name], label=LABELS[name], ecolor="#444444")
        for place, top, middle in zip(places, tops, middles):
            axes.annotate(f"{middle:.3g}", (place, top), (0, 2), textcoords="offset points", ha="center", fontsize=7)
    axes.set_yscale("log")
    axes.set_xticks(range(len(WORKS)), list(WORKS.values()))
    axes.legend(loc="upper left", ncol=2, frameon=False, fontsize=8)
    axes.set_ylim(1, axes.get_ylim()[1] * 4)  # room for the legend
    axes.set_title("One after another: p50 in ms, whisker to p90")


def _throughput(figures: "Figures", axes: Any) -> None:
    loads = figures.raw["loads"]["print"]
    for name in ("bare", "plain", "ours"):
        clients = [int(number) for number in loads[name]]
        axes.plot(clients, [figures.load("print", name, number) for number in clients], "o-", color=COLORS[name])
    axes.set_xscale("log", base=2)
    axes.set_xticks(clients, [str(number) for number in clients])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("at a time")
    axes.set_title("print: programs per second")
