#!/usr/bin/env python3
"""Measures the sandbox by itself, through its unix socket, against a bare `python3 -c pass` of the same interpreter.

    /usr/bin/python3 bench/sandbox.py [tier=namespaces|landlock] [rounds=100]

Every round runs the bare interpreter and each program once, so that noise of the machine meets all of them. The machine
should be quiet otherwise. Processor time per run counts the supervisor with everything below it, over runs one after
another in blocks that take turns with blocks of bare interpreters.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Callable, Dict, List, Tuple

import processes
from programs import FIGURE, PANDAS, PRINT

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../src/main/resources/org/pyexec/sandbox")
PROGRAMS = {program.name: program.code for program in (PRINT, PANDAS, FIGURE)}
BLOCKS, BARE_IN_BLOCK, RUNS_IN_BLOCK = 20, 10, 40
PAUSE = 0.02  # between runs: the pool is refilled in it


class Sandbox:
    """A supervisor of its own; use as a context."""

    def __init__(self, tier: str) -> None:
        self._library = tempfile.mkdtemp()
        shutil.copytree(SOURCES, os.path.join(self._library, "pyexec_sandbox"))
        sys.path.insert(0, self._library)
        self._folder = tempfile.mkdtemp()
        main = os.path.join(self._library, "pyexec_sandbox", "__main__.py")
        options = [f"folder={self._folder}", f"tier={tier}", "preload=numpy,pandas,matplotlib.pyplot", "memory-mb=512"]
        options += ["processes=64", "disk-mb=64", "output-bytes=1048576"]
        command = [sys.executable, "-I", "-S", "-B", main, "supervisor", *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(("ready", "problem")):
                print("#", line.strip())
                break
        time.sleep(4)  # the zygotes import their libraries

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()
        shutil.rmtree(self._library)

    def run(self, code: str) -> None:
        """Returns when the end has come; raises when the program did not complete."""
        from pyexec_sandbox.wire import frames

        fields = [("timeout-ms", b"20000"), ("network", b"0"), ("code", code.encode())]
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(os.path.join(self._folder, "s"))
            connection.sendall(frames.frame(frames.REQUEST, frames.encode(fields)))
            reader = frames.Reader(1 << 30)
            while True:
                got = reader.next()
                if got is None:
                    reader.feed(connection.recv(1 << 18))
                elif got[0] == frames.END:
                    assert dict(frames.decode(got[1]))["reason"] == b"completed", got
                    return

    def processor_seconds(self) -> float:
        """Of the supervisor and everything below it, the dead included."""
        return processes.processor_seconds(self.process.pid)

    def private_megabytes(self) -> List[float]:
        """Of the processes that wait for a program, as the kernel tells private pages."""
        found = []
        for pid, depth in processes.family(self.process.pid):
            if depth == 3:
                with contextlib.suppress(OSError):  # it has ended meanwhile
                    found.append(processes.private_megabytes(pid))
        return found


def bare() -> None:
    subprocess.run([sys.executable, "-c", "pass"], check=True)


def timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def processor_time(sandbox: Sandbox) -> Tuple[float, float, float]:
    """Seconds per bare interpreter and per run, everything counted, and runs per second; both take turns."""
    alone = took = 0.0
    before = sandbox.processor_seconds()
    for _ in range(BLOCKS):
        unrelated = children_seconds()
        for _ in range(BARE_IN_BLOCK):
            bare()
        alone += children_seconds() - unrelated
        began = time.perf_counter()
        for _ in range(RUNS_IN_BLOCK):
            sandbox.run(PROGRAMS["print"])
        took += time.perf_counter() - began
    time.sleep(1)  # the last are taken down and replaced
    runs = BLOCKS * RUNS_IN_BLOCK
    return alone / (BLOCKS * BARE_IN_BLOCK), (sandbox.processor_seconds() - before) / runs, runs / took


def main() -> None:
    options: Dict[str, str] = dict(argument.split("=", 1) for argument in sys.argv[1:])
    rounds = int(options.get("rounds", "100"))
    with Sandbox(options.get("tier", "namespaces")) as sandbox:
        times: Dict[str, List[float]] = {"bare python3 -c pass": [], **{name: [] for name in PROGRAMS}}
        for _ in range(rounds):
            times["bare python3 -c pass"].append(timed(bare))
            for name, code in PROGRAMS.items():
                time.sleep(PAUSE)
                times[name].append(timed(lambda: sandbox.run(code)))
        unit = statistics.median(times["bare python3 -c pass"])
        print(f"{'':24}{'p50 ms':>10}{'min ms':>10}{'p50 ratio':>11}")
        for name, values in times.items():
            middle = statistics.median(values)
            print(f"{name:24}{middle * 1e3:10.2f}{min(values) * 1e3:10.2f}{middle / unit:11.3f}")
        alone, each, rate = processor_time(sandbox)
        print(f"processor time per print: {each * 1e3:.2f} ms, ratio {each / alone:.2f}; {rate:.0f} runs/s")
        private = sandbox.private_megabytes()
        if private:
            print(f"private memory of parked children: {min(private):.1f} to {max(private):.1f} MB")


if __name__ == "__main__":
    main()
