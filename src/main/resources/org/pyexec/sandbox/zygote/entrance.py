"""The inner level of the namespaces tier: a cell has fresh namespaces of every kind and one writable, limited tmpfs.

A child joins the cell that an init has made for it, and furnishes it; namespaces(7), tmpfs(5).
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct

from ..kernel import isolation, surroundings, syscalls
from ..policy import policy
from ..kernel.syscall_batch import SyscallBatch

CELL_NAMESPACES = isolation.OUTER_NAMESPACES
# A child that joins a cell joins everything but the PID namespace, which fork has joined.
JOINED_NAMESPACES = CELL_NAMESPACES & ~syscalls.CLONE_NEWPID

SIOCSIFFLAGS = 0x8914
IFF_UP = 1

# Descriptors of a child that parks, after its standard streams and the socket to the supervisor. A zygote keeps these
# numbers taken, so that nothing else is ever there.
HANDLE = 4
SPARE = 5
REPORT = 6  # until the program begins: a fresh interpreter would map it once more


class Entrance:
    """How a child joins the fresh namespaces of a cell and furnishes them. Prepared in a zygote, used in each child."""

    def __init__(self, proc: int, disk: int) -> None:
        """`proc` is a handle of a /proc that shows the processes of the host."""
        self._proc = proc
        self._calls = SyscallBatch()
        self._becoming = self._calls.add("setresuid", -1, -1, -1)
        self._joining = self._calls.add("setns", -1, JOINED_NAMESPACES)
        _furnish(self._calls, proc, disk)
        self._calls.seal()

    def enter(self, init: int, user: int) -> None:
        """`init` is the pidfd of the cell's, `user` what the program's id is to be outside, 0 for the common one.

        Afterwards HANDLE is a copy of the scratch's mount that follows no links and changes nothing: what the collector
        reads through.
        """
        isolation.map_identity(self._proc, self._name_of(init), user or policy.INNER_ID, policy.INNER_ID)
        if user:
            for position in range(3):
                self._calls.set(self._becoming, position, user)
        self._calls.set(self._joining, 0, init)
        self._calls.run()

    def _name_of(self, pidfd: int) -> str:
        """Its folder in /proc; pidfd_open(2)."""
        descriptor = os.open(f"self/fdinfo/{pidfd}", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._proc)
        try:
            return os.read(descriptor, 4096).partition(b"Pid:")[2].split(None, 1)[0].decode()
        finally:
            os.close(descriptor)


def _furnish(calls: SyscallBatch, proc: int, disk: int) -> None:
    """Name, loopback, scratch."""
    calls.add("umask", 0o022)
    calls.add("sethostname", policy.HOSTNAME.encode(), len(policy.HOSTNAME))
    # Programs talk to themselves over 127.0.0.1; a fresh network namespace has it down. netdevice(7)
    calls.add_at(SPARE, "socket", socket.AF_INET, socket.SOCK_DGRAM)
    calls.add("ioctl", SPARE, SIOCSIFFLAGS, struct.pack("=16sh22x", b"lo", IFF_UP))
    _bound_connections(calls, proc)
    options = f"size={disk},nr_inodes={policy.SCRATCH_INODES},mode=0755"
    scratch, tmpfs = policy.SCRATCH.encode(), b"tmpfs"
    calls.add("mount", tmpfs, scratch, tmpfs, syscalls.MS_NOSUID | syscalls.MS_NODEV, options.encode())
    for name in policy.SCRATCH_DIRECTORIES:
        calls.add("mkdirat", syscalls.AT_FDCWD, f"{policy.SCRATCH}/{name}".encode(), 0o755)
    _collectors_view(calls)
    for own in surroundings.cell_mounts():
        calls.add("mount", own.kind.encode(), own.place.encode(), own.kind.encode(), own.flags, own.options.encode())
    calls.add("chdir", policy.WORK.encode())


def _bound_connections(calls: SyscallBatch, proc: int) -> None:
    """What waits in connections is memory that nobody else counts; tcp(7), tcp_rmem and tcp_wmem. Some hosts do not let us."""
    for name in ("sys/net/ipv4/tcp_rmem", "sys/net/ipv4/tcp_wmem"):
        try:
            os.close(os.open(name, os.O_WRONLY | os.O_CLOEXEC, dir_fd=proc))
        except OSError:
            continue
        calls.add_at(SPARE, "openat", proc, name.encode(), os.O_WRONLY)
        calls.add("write", SPARE, policy.TCP_BUFFER, len(policy.TCP_BUFFER))


def _collectors_view(calls: SyscallBatch) -> None:
    """Stays mounted until the namespace goes: taking a mount down waits for every processor."""
    attributes = (
        syscalls.MOUNT_ATTR_RDONLY
        | syscalls.MOUNT_ATTR_NOSUID
        | syscalls.MOUNT_ATTR_NODEV
        | syscalls.MOUNT_ATTR_NOEXEC
        | syscalls.MOUNT_ATTR_NOSYMFOLLOW
    )
    attr = syscalls.MountAttributes(attributes, 0, 0, 0)
    collected = policy.COLLECTED.encode()
    calls.add_at(SPARE, "open_tree", syscalls.AT_FDCWD, policy.SCRATCH.encode(), syscalls.OPEN_TREE_CLONE)
    calls.add("mount_setattr", SPARE, b"", syscalls.AT_EMPTY_PATH, attr, ctypes.sizeof(attr))
    calls.add("move_mount", SPARE, b"", syscalls.AT_FDCWD, collected, syscalls.MOVE_MOUNT_F_EMPTY_PATH)
    calls.add_at(HANDLE, "openat", syscalls.AT_FDCWD, collected, os.O_RDONLY | os.O_DIRECTORY)
