"""Identities, namespaces and mounts of the namespaces tier.

Two levels. The outer one is made here, once per warden: it leaves root, and sees a read-only root file system of its own.
The inner one, a cell, is made per run inside it: entrance.py.
"""

from __future__ import annotations

import os
import re
import sys
from typing import Dict, Iterable, Iterator, List, Optional, Set, Tuple

from . import identities, surroundings, syscalls
from ..policy import policy

OUTER_NAMESPACES = (
    syscalls.CLONE_NEWUSER
    | syscalls.CLONE_NEWPID
    | syscalls.CLONE_NEWNS
    | syscalls.CLONE_NEWNET
    | syscalls.CLONE_NEWIPC
    | syscalls.CLONE_NEWUTS
)

_OCCUPIED = ("/tmp/", "/dev/", policy.SCRATCH_PARENT + "/")


class IsolationError(Exception):
    """One layer could not be set up; the message is one line for the operator."""


# --- identities --------------------------------------------------------------------------------------------------


def leave_root() -> None:
    """Root becomes the unprivileged id for good; anybody else stays what he is."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(policy.UNPRIVILEGED_ID, policy.UNPRIVILEGED_ID, policy.UNPRIVILEGED_ID)
        os.setresuid(policy.UNPRIVILEGED_ID, policy.UNPRIVILEGED_ID, policy.UNPRIVILEGED_ID)
    # Changing identity makes a process undumpable, and an undumpable one may not write its own uid_map.
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)


def map_identity(proc: int, process: str, user: int, group: int) -> None:
    """Gives a process in a fresh user namespace its only id there, which is `user` outside; user_namespaces(7).

    `process` is the name of a folder in `proc`, a handle of a /proc.
    """
    _write(proc, f"{process}/uid_map", f"{policy.INNER_ID} {user} 1")
    map_group(proc, process, group)


def map_group(proc: int, process: str, group: int) -> None:
    _write(proc, f"{process}/setgroups", "deny")
    _write(proc, f"{process}/gid_map", f"{policy.INNER_ID} {group} 1")


def _write(directory: int, name: str, text: str) -> None:
    descriptor = os.open(name, os.O_WRONLY | os.O_CLOEXEC, dir_fd=directory)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


# --- the outer level ---------------------------------------------------------------------------------------------


def enter_outer_namespaces(proc: int, mapper: Optional[identities.Mapper]) -> bool:
    """The calling process enters them all; the PID namespace holds from its next child on.

    Returns whether the ids of runs are known there, as `mapper` was to make them.
    """
    uid, gid = os.getuid(), os.getgid()
    try:
        syscalls.unshare(OUTER_NAMESPACES)
    except OSError as e:
        raise IsolationError(f"this host does not let us create namespaces ({e.strerror})") from e
    if mapper is not None and mapper.map():
        map_group(proc, "self", gid)
        return True
    map_identity(proc, "self", uid, gid)
    return False


def build_root(memory: int, processes: int) -> List[str]:
    """Gives the mount namespace a root of its own: the system read-only, devices, and nothing else of the host.

    `memory` is that of a run, in bytes, `processes` how many it may have. Returns the paths that programs may read.
    """
    os.umask(0o022)  # programs pass through its folders, with another id
    syscalls.mount("none", "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    paths = system_paths()
    for path in paths:
        if path.startswith(_OCCUPIED):
            raise IsolationError(f"the interpreter needs {path}, where programs have a folder of their own")
    trees = [(path, _copy_of(path)) for path in paths]
    devices = [(path, _device(path)) for path in policy.DEVICES]
    links, files = surroundings.links(policy.SYSTEM_DIRECTORIES, paths), surroundings.files(memory, processes)
    resolved = {path: os.path.isdir(path) for path, _ in trees}
    syscalls.mount("tmpfs", "/tmp", "tmpfs", syscalls.MS_NOSUID, "mode=0755,size=8m,nr_inodes=1k")
    os.chdir("/tmp")
    _populate(links, files)
    for path, tree in trees:
        _attach(tree, "." + path, resolved[path])
    for path, tree in devices:
        _attach(tree, "." + path, False)
    syscalls.mount("tmpfs", "." + policy.SCRATCH, "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NODEV, "size=64m,mode=0755")
    make_scratch_directories("." + policy.SCRATCH)
    surroundings.keep_proc_visible(".")
    syscalls.pivot_root(".", ".")
    syscalls.unmount_lazily(".")
    os.chdir("/")
    _make_read_only("/")
    surroundings.try_mounts()
    return [*resolved, *(f"/{name}" for name in files if name.startswith("etc/"))]


def system_paths() -> List[str]:
    """What programs may read of the system."""
    return _visible_directories() + [path for path in policy.SYSTEM_FILES if os.path.exists(path)]


def require_apart(readable: Iterable[str], private: str) -> None:
    """Raises IsolationError where programs could read the server's own folder: a server may have a program's id.

    The folder may be given as one below /proc/self/fd: its name is not looked for, since programs would find it in memory.
    """
    seen = [(os.stat(path), path) for path in readable if os.path.isdir(path)]
    for status in _upwards(private):
        for other, path in seen:
            if os.path.samestat(status, other):
                seen_by_all = f"the server's files lie below {path}, which programs can read"
                raise IsolationError(f"{seen_by_all}: STORAGE_DIR has to be elsewhere")


def _upwards(path: str) -> Iterator[os.stat_result]:
    """The folder and those above it."""
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    folder = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        status, above = os.fstat(folder), None
        while above is None or not os.path.samestat(status, above):
            yield status
            above = status
            parent = os.open("..", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
            os.close(folder)
            folder, status = parent, os.fstat(parent)
    finally:
        os.close(folder)


def _visible_directories() -> List[str]:
    """Where the system and the interpreter lie, without folders inside others of the list."""
    wanted = [path for path in policy.SYSTEM_DIRECTORIES if os.path.isdir(path) and not os.path.islink(path)]
    own = {sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(os.path.realpath(sys.executable))}
    wanted += sorted(own | _library_directories())
    kept: List[str] = []
    for path in wanted:
        if path != "/" and not any(path == other or path.startswith(other + "/") for other in kept):
            kept.append(path)
    return kept


def _library_directories() -> Set[str]:
    """Folders of the shared libraries that this interpreter has mapped."""
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        files = {line.split(None, 5)[5].rstrip("\n") for line in maps if len(line.split(None, 5)) == 6}
    return {os.path.dirname(name) for name in files if re.search(r"\.so(\.[0-9.]+)?$", name)}


def _copy_of(path: str) -> int:
    tree = syscalls.open_tree(path, True)
    read_only = syscalls.MOUNT_ATTR_RDONLY | syscalls.MOUNT_ATTR_NOSUID | syscalls.MOUNT_ATTR_NODEV
    syscalls.set_mount_attributes(tree, read_only, True)
    return tree


def _device(path: str) -> int:
    """It can be written to all the same; its times, which all runs and the host would see, cannot be set."""
    tree = syscalls.open_tree(path, False)
    syscalls.set_mount_attributes(tree, syscalls.MOUNT_ATTR_RDONLY | syscalls.MOUNT_ATTR_NOSUID, False)
    return tree


def _attach(tree: int, target: str, directory: bool) -> None:
    if directory:
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC, 0o444))
    syscalls.move_mount(tree, target)
    os.close(tree)


def _populate(links: Iterable[Tuple[str, str]], files: Dict[str, str]) -> None:
    """Folders, links and small files of the new root; the working directory is its top."""
    for folder in ("/dev/pts", "/etc", "/mnt", "/var", policy.PROCESSES, policy.COMMANDS, policy.SCRATCH, policy.COLLECTED):
        os.makedirs("." + folder, 0o755)
    for path, target in links:
        os.symlink(target, "." + path)
    for name, text in files.items():
        # Plain calls: an interpreter that lies in /tmp cannot load a codec while the new root covers it.
        descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        os.write(descriptor, text.encode())
        os.close(descriptor)


def _make_read_only(path: str) -> None:
    root = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        syscalls.set_mount_attributes(root, syscalls.MOUNT_ATTR_RDONLY, False)
    finally:
        os.close(root)


def make_scratch_directories(top: str) -> None:
    for name in policy.SCRATCH_DIRECTORIES:
        os.mkdir(f"{top}/{name}", 0o755)
