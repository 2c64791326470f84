"""What programs of tier namespaces find of an ordinary Linux machine: files of /etc and /proc, and mounts of each cell.

The files are made once and say nothing about the host that a program could not ask the processor or the kernel; proc(5).
docs/adr/0015 has the reason for each.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import time
from typing import Dict, Iterable, List, Optional, Tuple

from . import syscalls
from ..policy import policy

_HOSTS_ONLY = (b"cpu MHz", b"initial apicid", b"apicid")


def most_processors(processes: int) -> int:
    """That a program is given which may have so many processes and threads.

    Programs start a process for each processor, as multiprocessing.Pool() does, and have threads beside them.
    """
    return max(1, processes // 2)


def files(memory: int, processes: int) -> Dict[str, str]:
    """Content by name below the root. `memory` is what a run may have, in bytes."""
    processors = sorted(os.sched_getaffinity(0))[: most_processors(processes)]
    made = {
        "etc/passwd": policy.PASSWD,
        "etc/group": policy.GROUP,
        "etc/hosts": policy.HOSTS,
        "etc/resolv.conf": policy.RESOLVER,
        "etc/nsswitch.conf": policy.NAME_SERVICES,
        "proc/cpuinfo": _cpuinfo(processors),
        "proc/meminfo": _meminfo(memory >> 10),
        "proc/stat": _stat(processors),
        "proc/loadavg": "0.00 0.00 0.00 1/2 2\n",
        "proc/version": f"{' version '.join(os.uname()[0:3:2])}\n",
        "proc/filesystems": "nodev\ttmpfs\n",
    }
    made.update({name: text for name, text in policy.USUAL_FILES.items() if not os.path.exists("/" + name)})
    return made


def links(directories: Iterable[str], taken: Iterable[str] = ()) -> List[Tuple[str, str]]:
    """Symbolic links as path and target; `directories` are those of the system that are links on the host.

    There is none above a path of `taken`: an interpreter may lie in /var/tmp.
    """
    made = [(path, os.readlink(path)) for path in directories if os.path.islink(path)]
    made += [*policy.SCRATCH_LINKS, *policy.USUAL_LINKS]
    if os.path.exists("/usr/lib/os-release"):
        made.append(("/etc/os-release", "../usr/lib/os-release"))
    if shutil.which("python", path=policy.ENVIRONMENT["PATH"]) is None:
        made.append((policy.COMMANDS + "/python", sys.executable))
    return [(path, target) for path, target in made if not any(other.startswith(path + "/") for other in taken)]


def _cpuinfo(processors: List[int]) -> str:
    """Of the processors that programs may use, without what changes with the work of others or tells their place."""
    usable = {b"processor\t: %d" % number for number in processors}
    with open("/proc/cpuinfo", "rb") as told:
        blocks = [block.splitlines() for block in told.read().strip().split(b"\n\n")]
    kept = [block for block in blocks if block[0] in usable or not block[0].startswith(b"processor")]
    texts = [b"\n".join(line for line in block if not line.startswith(_HOSTS_ONLY)) for block in kept]
    return b"".join(text + b"\n\n" for text in texts).decode("ascii", "replace")


def _meminfo(kilobytes: int) -> str:
    """A machine that has what the run may use, all of it free."""
    free = dict.fromkeys(("MemTotal", "MemFree", "MemAvailable"), kilobytes)
    nothing = "Buffers Cached SwapCached Active Inactive SwapTotal SwapFree Dirty Shmem Slab SReclaimable SUnreclaim"
    values = {**free, **dict.fromkeys(nothing.split(), 0)}
    return "".join(f"{name + ':':<16}{value:8} kB\n" for name, value in values.items())


def _stat(processors: List[int]) -> str:
    """As many processors as programs may use, at the start of the machine: what they have done since is others' work."""
    zeros = " ".join("0" * 10)
    each = "".join(f"cpu{number} {zeros}\n" for number in processors)
    return f"cpu  {zeros}\n{each}intr 0\nctxt 0\nbtime {_boot_time()}\nprocesses 2\nprocs_running 1\nprocs_blocked 0\n"


def _boot_time() -> int:
    """Seconds; every process can ask for it, clock_gettime(2)."""
    return round(time.time() - time.clock_gettime(time.CLOCK_BOOTTIME))


# --- mounts that each cell has of its own ----------------------------------------------------------------------------

_possible: List[policy.CellMount] = []


def cell_mounts() -> List[policy.CellMount]:
    """Those that this host lets us make, once try_mounts has found out."""
    return _possible


def keep_proc_visible(root: str) -> None:
    """A cell may mount its /proc only where one is seen already; this one shows as little, and each cell's own covers it.

    Containers may have covered parts of theirs, and then there is none.
    """
    proc = next(mount for mount in policy.CELL_MOUNTS if mount.kind == "proc")
    with contextlib.suppress(OSError):
        syscalls.mount(proc.kind, root + proc.place, proc.kind, proc.flags, proc.options)


def try_mounts() -> None:
    """In the outer namespaces, when their root is complete: finds out what cells can have."""
    _possible.extend(filter(_works_inside, policy.CELL_MOUNTS))
    for mount in policy.CELL_MOUNTS:
        if mount.kind == "proc" and mount not in _possible:
            with contextlib.suppress(OSError):  # there is none
                syscalls.unmount_lazily(mount.place)  # no cell would cover it


def _works_inside(mount: policy.CellMount) -> bool:
    """Whether it can be made in namespaces like those of a cell, by a process that is thrown away."""
    first = os.fork()
    if first == 0:
        _end(_try_in_namespaces(mount))
    return os.waitpid(first, 0)[1] == 0


def _try_in_namespaces(mount: policy.CellMount) -> Optional[OSError]:
    try:
        syscalls.unshare(syscalls.CLONE_NEWUSER | syscalls.CLONE_NEWPID | syscalls.CLONE_NEWNS)
        inner = os.fork()  # born into the PID namespace
        if inner:
            return None if os.waitpid(inner, 0)[1] == 0 else OSError()
        syscalls.mount(mount.kind, mount.place, mount.kind, mount.flags, mount.options)
    except OSError as e:
        return e
    return None


def _end(problem: Optional[OSError]) -> None:
    os._exit(1 if problem else 0)
