"""From what is known about a program's end to the words of the answer."""

from __future__ import annotations

import os
import signal
from typing import Dict, NamedTuple, Optional, Tuple

from ..kernel import holdings
from ..policy import config, policy
from ..pool import slot
from ..wire import text
from ..wire.report import amount


LEAST_OF_LIMIT = 0.5e6  # microseconds per second of a limit that has been passed: the kernel counts whole ticks


class Ending(NamedTuple):
    reason: str
    code: str = ""  # decimal, empty when a signal ended it
    signal: str = ""
    details: str = ""
    exception: Optional[Tuple[str, str]] = None  # its type and text, as the program tells them


def _plain(number: float) -> str:
    return f"{number:g}"


def _seconds(number: float) -> str:
    return f"{_plain(number)} second" + ("" if number == 1 else "s")


def timed_out(seconds: float) -> Ending:
    return Ending("timeout", "", "SIGKILL", f"Execution timed out after {_seconds(seconds)}")


def cancelled() -> Ending:
    return Ending("cancelled", "", "SIGKILL", "Execution was cancelled")


# What stops a program of a session, whose interpreter goes on if it lets itself be interrupted.
INTERRUPTED = Ending("interrupted", "", "", "Execution was interrupted")
CANCELLED = Ending("cancelled", "", "", "Execution was cancelled")


def too_long(seconds: float) -> Ending:
    return timed_out(seconds)._replace(signal="")


def stopped(order: Ending, report: Dict[str, bytes]) -> Ending:
    """It let itself be interrupted."""
    traceback = _traceback(report)
    details = f"{order.details}\n\n{traceback}" if traceback else order.details
    return order._replace(details=details, exception=_exception(report))


def stubborn(order: Ending) -> Ending:
    """It did not, and was ended."""
    return order._replace(signal="SIGKILL", details=f"{order.details} and did not stop: its session has ended")


def without_connection() -> Ending:
    return Ending("killed", "", "SIGKILL", "The program closed the descriptors that its session needs")


def unanswered(seconds: float) -> Ending:
    """Something was to be done in the session's process, and no program ran."""
    return Ending("killed", "", "SIGKILL", f"The interpreter of the session did not answer within {_seconds(seconds)}")


def without_rules() -> Ending:
    return Ending("killed", "", "SIGKILL", "The rules of the network could not be renewed: the session has ended")


def broken() -> Ending:
    return Ending("killed", "", "", "The program has made the interpreter of its session unfit for another one")


def stalling() -> Ending:
    return Ending("killed", "", "SIGKILL", "The program has kept locks of the kernel for which the sandbox had to wait")


def idle_limit(settings: config.Config) -> Ending:
    """Between two programs."""
    limit = _exceeded("cpu", settings, settings.idle_cpu_seconds)
    return Ending("cpu", "", "SIGKILL", f"{limit} between two programs")


def flooded() -> Ending:
    limit = policy.FLOOD_BYTES >> 20
    return Ending("output", "", "SIGKILL", f"Output limit of {limit} MiB per stream exceeded")


def restarted() -> Ending:
    return Ending("interrupted", "", "", "The sandbox was restarted while the program ran")


def reported(report: Dict[str, bytes], settings: config.Config) -> Ending:
    """The program's process came to its own end."""
    code = amount(report["code"]) & 255
    traceback, exception = _traceback(report), _exception(report)
    limit = report["limit"].decode("ascii", "replace")
    if limit == "files":
        return Ending("error", str(code), "", f"Limit of {holdings.open_files()} open files reached\n\n{traceback}", exception)
    if limit:
        sentence = _exceeded(limit, settings)
        return Ending(limit, str(code), "", f"{sentence}\n\n{traceback}" if traceback else sentence, exception)
    if code == 0:
        return Ending("completed", "0")
    return Ending("error", str(code), "", traceback or f"Program exited with status {code}", exception)


def _traceback(report: Dict[str, bytes]) -> str:
    return report.get("traceback", b"").decode("utf-8", "replace").rstrip("\n")


def _exception(report: Dict[str, bytes]) -> Optional[Tuple[str, str]]:
    """Only what is raised and not handled; there is none where the program exits."""
    if "exception-type" not in report:
        return None
    kind, value = (report.get(name, b"").decode("utf-8", "replace") for name in ("exception-type", "exception-value"))
    return text.beginning(kind, policy.MAX_EXCEPTION_TYPE), text.beginning(value, policy.MAX_EXCEPTION_VALUE)


def limited(limit: str, settings: config.Config, cpu_limit: int) -> Ending:
    """The run as a whole has passed a limit and was ended, or nobody could watch its limits any more."""
    if limit == "unwatched":
        return Ending("killed", "", "SIGKILL", "The sandbox could not watch the limits of the program any more")
    if limit == "sessions":
        sentence = f"Limit of {policy.BUSY_SESSIONS} sessions of processes that keep processors busy exceeded"
        return Ending("processes", "", "SIGKILL", sentence)
    if limit in holdings.LIMITS:
        return Ending("memory", "", "SIGKILL", holdings.sentence(limit))
    return Ending(limit, "", "SIGKILL", _exceeded(limit, settings, cpu_limit))


def _exceeded(limit: str, settings: config.Config, cpu_limit: int = 0) -> str:
    sentences = {
        "cpu": f"Processor time limit of {_seconds(cpu_limit)} exceeded",
        "memory": f"Memory limit of {settings.memory >> 20} MB exceeded",
        "disk": f"Disk limit of {settings.disk >> 20} MB or {policy.SCRATCH_INODES} files exceeded",
        "processes": f"Limit of {settings.processes} processes and threads exceeded",
    }
    return sentences[limit]


def of_slot(ended: slot.Slot, settings: config.Config, cpu_limit: int, cpu_before: int = 0) -> Ending:
    """The kernel's word; -1 when nobody is left who has it. `cpu_before`: microseconds that earlier programs have used."""
    assert ended.exit is not None
    status = ended.exit[0]
    if status == -1:
        return restarted()
    if ended.has_stalled:
        return stalling()
    if ended.is_out_of_memory():
        return limited("memory", settings, cpu_limit)
    return observed(status, settings, cpu_limit, ended.exit[1] - cpu_before)


def of_session(
    ended: slot.Slot, settings: config.Config, cpu_limit: int, cpu_before: int = 0
) -> Ending:
    """As `of_slot`, of a slot whose interpreter runs one program after another."""
    assert ended.exit is not None
    status = ended.exit[0]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == policy.BROKEN_STATUS:
        return broken()
    return of_slot(ended, settings, cpu_limit, cpu_before)


def with_last_words(verdict: Ending, report: Dict[str, bytes]) -> Ending:
    """What the program has told before it ended itself by a signal, as Python does after KeyboardInterrupt."""
    if verdict.reason != "killed" or not verdict.signal or "signal" not in report:
        return verdict
    traceback = _traceback(report)
    details = f"{verdict.details}\n\n{traceback}" if traceback else verdict.details
    return verdict._replace(details=details, exception=_exception(report))


def observed(status: int, settings: config.Config, cpu_limit: int, cpu: int) -> Ending:
    """The kernel's word, as waitpid gives it: the process was killed, or left without passing through its end."""
    if not os.WIFSIGNALED(status):
        code = os.WEXITSTATUS(status)
        return Ending("error", str(code), "", f"Program exited with status {code}") if code else Ending("completed", "0")
    number = os.WTERMSIG(status)
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"SIG{number}"
    if number == signal.SIGXCPU and cpu >= LEAST_OF_LIMIT:  # anybody may send one, and a second is the lowest limit
        is_own = cpu < cpu_limit * LEAST_OF_LIMIT
        sentence = "Processor time limit that the program has set itself exceeded"
        return Ending("cpu", "", name, sentence if is_own else _exceeded("cpu", settings, cpu_limit))
    return Ending("killed", "", name, f"Program was ended by signal {name}")
