"""What a zygote imports ahead of programs, and what that costs; see zygote.py."""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import os
import socket
import sys
import time
from typing import List

from . import child, generators
from .confinement import Sizes

STDERR = 2
THREAD_SECONDS = 10.0
LONGEST_REASON = 300  # characters


def import_usual() -> None:
    for module in child.USUAL_MODULES:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)


def import_all(channel: socket.socket, proc: int, modules: List[str], seconds: int, most_bytes: int = sys.maxsize) -> None:
    """Imports what lets itself be imported. A module that ends this process instead was announced before.

    After the one that brings the growth of this process above `most_bytes` no other follows.
    """
    before = _private_bytes(proc)
    for module in modules:
        if _private_bytes(proc) - before > most_bytes:
            return
        channel.send(f"importing {module}".encode())
        faulthandler.dump_traceback_later(seconds, exit=True, file=STDERR)
        try:
            with generators.watched():
                importlib.import_module(module)
        except BaseException as e:  # a module may call sys.exit; programs that do not import it must not notice
            channel.send(f"refused {module} {_in_one_line(e)}".encode("utf-8", "backslashreplace"))
        finally:
            faulthandler.cancel_dump_traceback_later()
        _require_one_thread(proc, module)


def _in_one_line(e: BaseException) -> str:
    try:
        text = " ".join(str(e).split())
    except Exception:
        text = ""
    name = type(e).__name__
    return f"{name}: {text}"[:LONGEST_REASON] if text else name


def _require_one_thread(proc: int, module: str) -> None:
    """fork(2) copies only the calling thread; the others' locks would stay locked for ever."""
    deadline = time.monotonic() + THREAD_SECONDS  # matplotlib has a timer while it looks for fonts
    while _count_threads(proc) != 1:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{module} leaves a thread running, and a fork would be without it")
        time.sleep(0.01)


def _count_threads(proc: int) -> int:
    tasks = os.open("self/task", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=proc)
    try:
        return len(os.listdir(tasks))
    finally:
        os.close(tasks)


def sizes(proc: int) -> Sizes:
    """Address space and data of this process."""
    sizes = _statm(proc)
    return Sizes(address_space=sizes[0], data=sizes[5])


def _private_bytes(proc: int) -> int:
    """Resident and of no file."""
    sizes = _statm(proc)
    return sizes[1] - sizes[2]


def _statm(proc: int) -> List[int]:
    """In bytes; proc(5)."""
    with open(os.open("self/statm", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc), encoding="ascii") as statm:
        return [int(word) * os.sysconf("SC_PAGE_SIZE") for word in statm.read().split()]
