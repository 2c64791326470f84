"""Which libraries the next generation finds worth importing before: those that programs import often; docs/adr/0016.

What is learnt is a choice from the list below, and nothing else: it is the operator's interpreter that has these modules, and
a program can say that it uses one, but not what one is. An import runs code with the zygote's rights, before any
isolation of a run; so the list has well-known libraries only, of those that compute, read or write formats, and take
long to import. None for which the process or the machine matters, such as psutil: its children would find the zygote's.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import AbstractSet, Dict, FrozenSet, Iterator, Set, Tuple

MODULES = (
    "bs4",
    "docx",
    "jinja2",
    "networkx",
    "openpyxl",
    "plotly.express",
    "reportlab.pdfgen.canvas",
    "reportlab.platypus",
    "requests",
    "scipy.cluster",
    "scipy.integrate",
    "scipy.interpolate",
    "scipy.linalg",
    "scipy.ndimage",
    "scipy.optimize",
    "scipy.signal",
    "scipy.sparse",
    "scipy.spatial",
    "scipy.special",
    "scipy.stats",
    "seaborn",
    "sklearn",
    "sklearn.cluster",
    "sklearn.datasets",
    "sklearn.decomposition",
    "sklearn.ensemble",
    "sklearn.feature_extraction.text",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sklearn.naive_bayes",
    "sklearn.neighbors",
    "sklearn.pipeline",
    "sklearn.preprocessing",
    "sklearn.svm",
    "sklearn.tree",
    "statsmodels.api",
    "statsmodels.formula.api",
    "sympy",
    "yaml",
)

MOST = 12  # modules at once
LEAST_SHARE = 0.05  # of the programs counted
LEAST_PROGRAMS = 20.0  # that import it: those of one client may be enough
COUNTED_PROGRAMS = 2000.0  # when there are so many all counts are halved: what was long ago fades

MOST_STATEMENTS = 2000  # of one program that are looked at
MOST_PARTS = 8  # of a name
MOST_NAMES = 2000  # of all statements
LONGEST = 1000  # bytes of the package, and of the names, of one statement
TOP_LEVEL: FrozenSet[str] = frozenset(name.partition(".")[0] for name in MODULES)
_STATEMENT = re.compile(
    rb"(?:^|[;:\n])[ \t]*"
    rb"(?:from[ \t]+([\w.]+)[ \t]+import[ \t]*(?:\(([\w\s,]{1,1000})|([\w \t,]+))|import[ \t]+([\w. \t,]+))"
)


class Popularity:
    """Counts programs by what they import. Bounded by the list."""

    def __init__(self) -> None:
        self._programs = 0.0
        self._counts: Dict[str, float] = {}
        self._left_out: Set[str] = set()

    def note(self, code: bytes, top_level: AbstractSet[str]) -> None:
        """One program; `top_level` is what it imports by the first parts of the names, of which most are none of these."""
        self._programs += 1
        if not TOP_LEVEL.isdisjoint(top_level):
            for name in imported(code):
                self._counts[name] = self._counts.get(name, 0.0) + 1
        if self._programs >= COUNTED_PROGRAMS:
            self._programs /= 2
            self._counts = {name: count / 2 for name, count in self._counts.items()}

    def chosen(self) -> Tuple[str, ...]:
        """The most popular first, a package before what is in it."""
        least = max(LEAST_PROGRAMS, LEAST_SHARE * self._programs)
        popular = [name for name, count in self._counts.items() if count >= least and not self._is_left_out(name)]
        return tuple(sorted(popular, key=lambda name: (-self._counts[name], name))[:MOST])

    def leave_out(self, name: str) -> None:
        """For good: it cannot be imported, starts threads, or ends its process."""
        self._left_out.add(name)

    def _is_left_out(self, name: str) -> bool:
        return any(name == each or name.startswith(each + ".") for each in self._left_out)


def imported(code: bytes) -> Set[str]:
    """Those of MODULES that a program imports, by looks, each with the packages in which it is."""
    found = set()
    for name in islice(_names(code), MOST_NAMES):
        found.update(_with_packages(name))
    return found.intersection(MODULES)


def _names(code: bytes) -> Iterator[str]:
    """Of all modules, and of what is imported from a package: of those on the list at most."""
    for match in islice(_STATEMENT.finditer(code), MOST_STATEMENTS):
        package, *names = ((group or b"")[:LONGEST].decode("ascii", "replace") for group in match.groups())
        if package and package.partition(".")[0] not in TOP_LEVEL:
            continue
        for word in "".join(names).split(","):
            name, *_ = word.split() or [""]
            yield f"{package}.{name}" if package else name


def _with_packages(name: str) -> Set[str]:
    parts = name.split(".", MOST_PARTS)[:MOST_PARTS]
    return {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
