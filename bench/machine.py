"""What it was measured on, and with which versions."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import re
import subprocess
from typing import Dict, List

from servers import HERE, Server


def describe(ours: Server) -> Dict[str, str]:
    health = ours.ask_json("/health")
    sandbox = dict(health["sandbox"])
    modules = ("numpy", "pandas", "matplotlib")
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "server version": f"{ours.ask_json('/api')['version']}{_commit()}",
        "processor": f"{_field('/proc/cpuinfo', r'model name[^:]*: (.*)')}, {len(os.sched_getaffinity(0))} cores",
        "memory": f"{int(_field('/proc/meminfo', r'MemTotal: *([0-9]+)') or 0) >> 20} GiB",
        "load before": " ".join(f"{value:.1f}" for value in os.getloadavg()),
        "kernel": platform.release(),
        "distribution": _field("/etc/os-release", r'PRETTY_NAME="?([^"\n]*)'),
        "Java": str(health["javaVersion"]),
        "application server": str(health["server"]),
        "Python": platform.python_version() + ", " + ", ".join(f"{m} {importlib.metadata.version(m)}" for m in modules),
        "sandbox": f"{sandbox['tier']} ({', '.join(sandbox['layers'])})",
        "bubblewrap": _printed(["bwrap", "--version"]).replace("bubblewrap ", ""),
        "Node": _printed(["node", "--version"]),
    }


def _field(path: str, pattern: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        match = re.search(pattern, file.read())
    return match.group(1).strip() if match else platform.machine()


def _commit() -> str:
    try:
        return ", commit " + _printed(["git", "-C", HERE, "describe", "--always", "--dirty", "--exclude=*"])
    except (OSError, subprocess.CalledProcessError):
        return ""  # no checkout


def _printed(command: List[str]) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
