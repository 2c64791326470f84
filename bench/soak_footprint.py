"""What a server holds of its machine: processes, descriptors, folders, memory; as proc(5) tells."""

from __future__ import annotations

import os
import re
from typing import Dict, List, Set

GROUPS = "/sys/fs/cgroup"
SCRATCH = "pyexec-scratch-"
GROUP = "pyexec-"


def tree(root: int) -> List[int]:
    """A process and all its descendants, by process id."""
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        if os.path.exists(f"/proc/{pid}"):
            found.append(pid)
        for task in _list(f"/proc/{pid}/task"):
            waiting += map(int, _read(f"/proc/{pid}/task/{task}/children").split())
    return found


def supervisor(java: int) -> int:
    """The child of the server that is the sandbox's supervisor; 0 if there is none."""
    for task in _list(f"/proc/{java}/task"):
        for child in _read(f"/proc/{java}/task/{task}/children").split():
            if "\0supervisor\0" in _read(f"/proc/{child}/cmdline"):
                return int(child)
    return 0


def mentioning(*words: str) -> List[int]:
    """All processes of the machine that have one of these words in their command line or environment, but ourselves."""
    found = []
    for name in _list("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            text = _read(f"/proc/{name}/cmdline") + _read(f"/proc/{name}/environ")
            if any(word in text for word in words):
                found.append(int(name))
    return found


def zombies(java: int) -> List[str]:
    """Each with its parent, by process id and name; proc(5), /proc/pid/stat."""
    found = []
    for pid in tree(java):
        words = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
        if words[:1] == ["Z"]:
            name, parent = _read(f"/proc/{pid}/comm").strip(), _read(f"/proc/{words[1]}/comm").strip()
            found.append(f"{name} ({pid}) of {parent} ({words[1]})")
    return found


def measure(java: int, storage: str, temporary: str) -> Dict[str, int]:
    """One number for each thing that could leak."""
    pids = tree(java)
    watch = supervisor(java)
    descriptors = _descriptors(java)
    sandbox = [pid for pid in pids if pid != java]
    return {
        "processes": len(pids),
        "zombies": sum(_state(pid) == "Z" for pid in pids),
        "threads of Java": len(_list(f"/proc/{java}/task")),
        "descriptors of Java": len(descriptors),
        "of these, sockets": sum(link.startswith("socket:") for link in descriptors),
        "of these, deleted files": sum(link.endswith(" (deleted)") for link in descriptors),
        "of these, files in the store": sum(link.startswith(storage + "/") for link in descriptors),
        "descriptors of the supervisor": len(_descriptors(watch)),
        "descriptors of other processes": sum(len(_descriptors(pid)) for pid in sandbox if pid != watch),
        "namespaces": len(_namespaces(pids)),
        "mounts of the server's folders": _mounts(os.path.dirname(storage), SCRATCH + str(watch)),
        "control groups": control_groups(watch),
        "scratch folders": sum(len(_list("/tmp/" + name)) for name in scratch_folders(watch)),
        "entries of the temporary folder": _entries(temporary),
        "stored contents": sum(name.endswith(".data") for name in _list(storage + "/files")),
        "unfinished files": sum(name.endswith(".part") for name in _list(storage + "/files")),
        "bodies on their way": _entries(storage + "/incoming"),
        "runtime folders": len(_list(storage + "/runtime")),
        "PSS of Java, KiB": pss([java]),
        "PSS of the sandbox, KiB": pss(sandbox),
    }


def pss(pids: List[int]) -> int:
    """Proportional set size in KiB: memory that processes share is counted once among them."""
    total = 0
    for pid in pids:
        found = re.search(r"^Pss:\s+(\d+) kB", _read(f"/proc/{pid}/smaps_rollup"), re.MULTILINE)
        total += int(found.group(1)) if found else 0
    return total


def control_groups(watch: int) -> int:
    """Groups that carry the supervisor's id, in whatever hierarchy, with those inside."""
    count = 0
    for _, folders, _ in os.walk(GROUPS, onerror=None):
        count += sum(name == GROUP + str(watch) for name in folders)
    return count + _groups_inside(watch)


def scratch_folders(watch: int) -> List[str]:
    return [name for name in _list("/tmp") if name.startswith(f"{SCRATCH}{watch}-")]


def _groups_inside(watch: int) -> int:
    return sum(len(folders) for path, folders, _ in os.walk(GROUPS) if path.endswith("/" + GROUP + str(watch)))


def _descriptors(pid: int) -> List[str]:
    links = []
    for name in _list(f"/proc/{pid}/fd"):
        try:
            links.append(os.readlink(f"/proc/{pid}/fd/{name}"))
        except OSError:
            continue  # closed meanwhile
    return links


def _namespaces(pids: List[int]) -> Set[str]:
    found = set()
    for pid in pids:
        for name in _list(f"/proc/{pid}/ns"):
            try:
                found.add(os.readlink(f"/proc/{pid}/ns/{name}"))
            except OSError:
                continue
    return found


def _mounts(*words: str) -> int:
    lines = _read("/proc/self/mountinfo").splitlines()
    return sum(any(word in line for word in words) for line in lines)


def _state(pid: int) -> str:
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].strip()[:1]


def _entries(folder: str) -> int:
    return sum(len(folders) + len(files) for _, folders, files in os.walk(folder))


def _list(folder: str) -> List[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
