"""The init of one cell: PID 1 of a run's namespaces, so that the program itself is not PID 1.

A process that only has to be there needs no interpreter. It is cloned with the zygote's memory (clone(2), CLONE_VM),
which copies no page, closes every descriptor, and waits for orphans for ever: the processor time of those that the kernel
reaps by itself is in nobody's account; getrusage(2), RUSAGE_CHILDREN. It keeps the capabilities
of its user namespace: a program, which has none, may not trace or read a process that has more; ptrace(2). Only the
supervisor ends it, and its end is the end of everything in the cell.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct

from . import entrance
from ..kernel import syscalls
from ..kernel.syscall_batch import RECORD_BYTES, SyscallBatch

NAME = b"cell init"  # as ps(1) shows it
WALL = 0x40000000  # children whatever the signal of their end; wait4(2), waitid(2), __WALL
_NEXT, _SAME, _PREVIOUS = RECORD_BYTES, 0, -RECORD_BYTES  # which call is made after one that has worked, or failed
_FLAGS = entrance.CELL_NAMESPACES | syscalls.CLONE_VM | syscalls.CLONE_PARENT | syscalls.CLONE_PIDFD


class Inits:
    """Makes them, in a process that has all signals blocked for good."""

    def __init__(self) -> None:
        calls = SyscallBatch()
        calls.add("close_range", 0, 0xFFFFFFFF, 0, 0, _NEXT, _NEXT)
        calls.add("prctl", syscalls.PR_SET_NAME, NAME, 0, 0, _NEXT, _NEXT)
        # Whoever has ended, until there is nobody; then until somebody ends, who may have become an orphan before.
        calls.add("wait4", -1, 0, WALL, 0, _SAME, _NEXT)
        calls.add("rt_sigtimedwait", struct.pack("=Q", 1 << signal.SIGCHLD - 1), 0, 0, 8, _PREVIOUS, _PREVIOUS)
        self._calls = calls.seal()
        self._pidfd = ctypes.c_int(-1)
        self._enter = SyscallBatch()
        self._enter.add("setns", -1, syscalls.CLONE_NEWPID)
        self._enter.seal()
        self._leave = SyscallBatch()
        self._leave.add("setns", os.pidfd_open(os.getpid()), syscalls.CLONE_NEWPID)
        self._leave.seal()

    def clone(self) -> int:
        """A pidfd of a new init in fresh namespaces, child of the caller's parent; the caller owns the descriptor."""
        self._pidfd.value = -1
        self._calls.clone(_FLAGS, self._pidfd)
        return self._pidfd.value

    def enter(self) -> None:
        """From here on the caller's forks are born in the PID namespace of the newest init; pid_namespaces(7)."""
        self._enter.set(0, 0, self._pidfd.value)
        self._enter.run()

    def leave(self) -> None:
        """From here on they are born in the caller's own again."""
        self._leave.run()
