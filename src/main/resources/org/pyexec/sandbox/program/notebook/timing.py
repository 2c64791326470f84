"""Magics that measure: %time, %timeit, %prun and their cells."""

from __future__ import annotations

import gc
import math
import resource
import time
from typing import Any, Callable, Dict, Tuple

from . import notebook_lines
from .speech import UsageError

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_ENOUGH = 0.2  # seconds


def _short(seconds: float) -> str:
    if seconds >= 60:
        parts = [(seconds // 86400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s")]
        return " ".join(f"{int(number)}{unit}" for number, unit in parts if int(number))
    factor, unit = next((each for each in _UNITS if seconds >= each[0]), _UNITS[-1])
    return f"{seconds / factor:.3g} {unit}"


def _measured(action: Callable[[], Any]) -> Any:
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    try:
        return action()
    finally:
        wall = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_SELF)
        user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
        print(f"CPU times: user {_spent(user)}, sys: {_spent(system)}, total: {_spent(user + system)}")
        print(f"Wall time: {_short(wall)}")


def _spent(seconds: float) -> str:
    return _short(seconds) if seconds > 0 else "0 ns"


def _time(shell: Any, line: str, frame: Any) -> Any:
    """The value of an expression. In a function its variables can be read."""
    text = line.strip()
    names = shell.user_ns
    if frame.f_globals is names and frame.f_locals is not names:
        names = {**names, **frame.f_locals}
    code = shell.compiled_line(text.rstrip("; "), frame.f_lineno, "eval") or shell.compiled_line(text, frame.f_lineno, "exec")
    return _measured(lambda: shell.value_of(code, names))


def _time_cell(shell: Any, line: str, frame: Any, body: str) -> Any:
    if line.strip():
        raise UsageError("Can't use statement directly after '%%time'!")
    return _measured(lambda: shell.run_body(body))


def _options(line: str) -> Tuple[Dict[str, str], str]:
    """Those of timeit: -n, -r and -p with a number, -q, -o and others without."""
    options: Dict[str, str] = {}
    rest = line.strip()
    while rest.startswith("-") and len(rest) > 1 and rest[1].isalpha():
        letter, rest = rest[1], rest[2:].lstrip()
        value = ""
        if letter in "nrpst":
            value, _, rest = rest.partition(" ")
        options[letter] = value
        rest = rest.lstrip()
    return options, rest


class TimeitResult:
    """%timeit -o."""

    def __init__(self, loops: int, repeat: int, timings: Any) -> None:
        self.loops, self.repeat, self.timings = loops, repeat, timings
        self.best, self.worst = min(timings), max(timings)
        self.average = math.fsum(timings) / len(timings)
        self.stdev = math.sqrt(math.fsum((each - self.average) ** 2 for each in timings) / len(timings))

    def __str__(self) -> str:
        runs, loops = ("s" if number != 1 else "" for number in (self.repeat, self.loops))
        return (
            f"{_short(self.average)} ± {_short(self.stdev)} per loop (mean ± std. dev. of {self.repeat} run{runs}, "
            f"{self.loops:,} loop{loops} each)"
        )

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"<TimeitResult : {self}>")


def _timeit(shell: Any, line: str, frame: Any, body: str = "") -> Any:
    import timeit

    options, statement = _options(line)
    setup, statement = (statement or "pass", body) if body else ("pass", statement)
    if not statement.strip():
        raise UsageError("%timeit takes a statement")
    names = {**shell.user_ns, **(frame.f_locals if frame is not None else {})}
    result = _repeated(timeit.Timer(notebook_lines.python(statement), notebook_lines.python(setup), globals=names), options)
    if "q" not in options:
        print(result)
    return result if "o" in options else None


def _repeated(timer: Any, options: Dict[str, str]) -> TimeitResult:
    enabled = gc.isenabled()
    try:
        number = int(options.get("n") or 0) or _loops(timer)
        repeat = int(options.get("r") or 7)
        timings = [seconds / number for seconds in timer.repeat(repeat, number)]
    except ValueError as e:
        raise UsageError(f"%timeit: {e}") from None
    finally:
        if enabled:
            gc.enable()
    return TimeitResult(number, repeat, timings)


def _loops(timer: Any) -> int:
    for power in range(10):
        if timer.timeit(10**power) >= _ENOUGH:
            break
    return int(10**power)


def _profile(shell: Any, line: str, frame: Any, body: str = "") -> None:
    import cProfile
    import pstats

    options, statement = _options(line)
    profile = cProfile.Profile()
    code = shell.compiled(body or statement)
    try:
        profile.runcall(eval, code, shell.user_ns)
    finally:
        pstats.Stats(profile).strip_dirs().sort_stats(options.get("s") or "time").print_stats(60)


LINE: Dict[str, Callable[..., Any]] = {"time": _time, "timeit": _timeit, "prun": _profile}
CELL: Dict[str, Callable[..., Any]] = {"time": _time_cell, "timeit": _timeit, "prun": _profile}
