"""Lists of system calls, made once in a zygote and worked off in one go by each of its children.

Setting up a child by ordinary Python would touch hundreds of pages of the zygote's memory, each of which the kernel has
to copy after a fork. So what to call is written down before the fork, and a few instructions of machine code call it.
The instructions know nothing of what they call; syscalls(2) and the calling conventions in syscall(2) are all they need.
"""

from __future__ import annotations

import ctypes
import os
import struct
from typing import Callable, Dict, List, NamedTuple, Optional, Union

from . import syscalls
from .seccomp import ARCHITECTURES
from .syscall_table import NUMBERS

# Each record: number, six arguments, and where to put the result (0: nowhere). A negative number ends the list.
# run(records): 0, or the address of the record that failed, which then holds -errno where its result would have gone to.
_RUN = {
    "x86_64": """
        53              run: push rbx
        4889fb               mov rbx, rdi
        488b03         next: mov rax, [rbx]
        4885c0               test rax, rax
        783a                 js done
        488b7b08             mov rdi, [rbx+8]
        488b7310             mov rsi, [rbx+16]
        488b5318             mov rdx, [rbx+24]
        4c8b5320             mov r10, [rbx+32]
        4c8b4328             mov r8, [rbx+40]
        4c8b4b30             mov r9, [rbx+48]
        0f05                 syscall
        4885c0               test rax, rax
        7812                 js failed
        488b4b38             mov rcx, [rbx+56]
        4885c9               test rcx, rcx
        7403                 jz skip
        488901               mov [rcx], rax
        4883c340       skip: add rbx, 64
        ebc7                 jmp next
        48894338     failed: mov [rbx+56], rax
        4889d8               mov rax, rbx
        5b                   pop rbx
        c3                   ret
        31c0           done: xor eax, eax
        5b                   pop rbx
        c3                   ret""",
    "aarch64": """
        e90300aa        run: mov x9, x0
        280140f9       next: ldr x8, [x9]
        c801f8b7             tbnz x8, #63, done
        208540a9             ldp x0, x1, [x9, #8]
        228d41a9             ldp x2, x3, [x9, #24]
        249542a9             ldp x4, x5, [x9, #40]
        010000d4             svc #0
        c000f8b7             tbnz x0, #63, failed
        2a1d40f9             ldr x10, [x9, #56]
        4a0000b4             cbz x10, skip
        400100f9             str x0, [x10]
        29010191       skip: add x9, x9, #64
        f5ffff17             b next
        201d00f9     failed: str x0, [x9, #56]
        e00309aa             mov x0, x9
        c0035fd6             ret
        000080d2       done: mov x0, #0
        c0035fd6             ret""",
}
# clone(flags, pidfd, records): what clone(2) returns; the clone makes the calls and never returns. Of these records only four
# arguments count; behind them stands how many bytes farther the next one is, after a success and after a failure.
# It uses no stack, for it has none of its own.
_CLONE = {
    "x86_64": """
        4989d1        clone: mov r9, rdx
        4889f2               mov rdx, rsi
        31f6                 xor esi, esi
        4531d2               xor r10d, r10d
        4531c0               xor r8d, r8d
        b838000000           mov eax, 56
        0f05                 syscall
        85c0                 test eax, eax
        7401                 jz next
        c3                   ret
        498b01         next: mov rax, [r9]
        498b7908             mov rdi, [r9+8]
        498b7110             mov rsi, [r9+16]
        498b5118             mov rdx, [r9+24]
        4d8b5120             mov r10, [r9+32]
        0f05                 syscall
        48c1e83f             shr rax, 63
        4d034cc128           add r9, [r9+rax*8+40]
        ebe0                 jmp next""",
    "aarch64": """
        e90302aa      clone: mov x9, x2
        e20301aa             mov x2, x1
        010080d2             mov x1, #0
        030080d2             mov x3, #0
        040080d2             mov x4, #0
        881b80d2             mov x8, #220
        010000d4             svc #0
        400000b4             cbz x0, next
        c0035fd6             ret
        280140f9       next: ldr x8, [x9]
        208540a9             ldp x0, x1, [x9, #8]
        228d41a9             ldp x2, x3, [x9, #24]
        010000d4             svc #0
        0afc7fd3             lsr x10, x0, #63
        2a0d0a8b             add x10, x9, x10, lsl #3
        4a1540f9             ldr x10, [x10, #40]
        29010a8b             add x9, x9, x10
        f8ffff17             b next""",
}
_RECORD = struct.Struct("=8q")
RECORD_BYTES = _RECORD.size
_END = -1

Argument = Union[int, bytes, ctypes.Structure, ctypes.Array]


def machine_code(listing: Dict[str, str], machine: str) -> bytes:
    """The first column of a listing; raises KeyError on an architecture that is not there."""
    return b"".join(bytes.fromhex(line.split()[0]) for line in listing[machine].strip().splitlines())


class _Code(NamedTuple):
    run: Callable[..., int]
    clone: Callable[..., int]


_code: List[_Code] = []


def _machine() -> _Code:
    """The functions, mapped once per process and there in all that are forked from it."""
    if not _code:
        long, pointer = ctypes.c_long, ctypes.c_void_p
        run = syscalls.map_code(machine_code(_RUN, syscalls.MACHINE))
        clone = syscalls.map_code(machine_code(_CLONE, syscalls.MACHINE))
        # PYFUNCTYPE keeps the interpreter lock, which nobody else could take.
        _code.append(_Code(ctypes.PYFUNCTYPE(pointer, pointer)(run), ctypes.PYFUNCTYPE(long, long, pointer, pointer)(clone)))
    return _code[0]


class SyscallBatch:
    """Calls are added, then sealed, then run as often as one likes, in whatever process is forked from this one."""

    def __init__(self) -> None:
        self._machine = _machine()
        self._names: List[str] = []
        self._records: List[List[int]] = []
        self._linked: List[int] = []  # records whose result is the next one's first argument
        self._memory: List[object] = []  # what arguments point to
        self._sealed: Optional[ctypes.Array[ctypes.c_char]] = None

    # --- writing down --------------------------------------------------------------------------------------------

    def add(self, name: str, *arguments: Argument) -> int:
        """Returns the call's place in the list. Bytes end with a zero by themselves and may be written to."""
        column, _ = ARCHITECTURES[syscalls.MACHINE]
        number = NUMBERS[name][column]
        assert number is not None and self._sealed is None
        words = [self._word(argument) for argument in arguments]
        self._names.append(name)
        self._records.append([number, *words, *[0] * (7 - len(words))])
        return len(self._records) - 1

    def add_at(self, descriptor: int, name: str, *arguments: Argument) -> int:
        """The same for a call that opens something, which is then found at this number and closed on execve."""
        self._linked.append(self.add(name, *arguments))
        self.add("dup3", 0, descriptor, os.O_CLOEXEC)
        return self._linked[-1]

    def seal(self) -> "SyscallBatch":
        content = b"".join(_RECORD.pack(*record) for record in self._records) + _RECORD.pack(_END, *[0] * 7)
        self._sealed = ctypes.create_string_buffer(content, len(content))
        for place in self._linked:
            self._put(place, 7, self.address + (place + 1) * _RECORD.size + 8)
        return self

    def keep(self, content: bytes) -> int:
        """The address of a copy, for structures that point to others."""
        return self._word(content)

    def _word(self, argument: Argument) -> int:
        if isinstance(argument, int):
            return argument
        kept = ctypes.create_string_buffer(argument) if isinstance(argument, bytes) else argument
        self._memory.append(kept)
        return ctypes.addressof(kept)

    # --- running -------------------------------------------------------------------------------------------------

    @property
    def address(self) -> int:
        assert self._sealed is not None
        return ctypes.addressof(self._sealed)

    def set(self, place: int, position: int, value: int) -> None:
        """Changes one argument, counted from 0."""
        self._put(place, 1 + position, value)

    def skip(self, place: int) -> None:
        """Makes a call that does nothing instead."""
        column, _ = ARCHITECTURES[syscalls.MACHINE]
        self._put(place, 0, NUMBERS["getpid"][column] or 0)

    def _put(self, place: int, word: int, value: int) -> None:
        assert self._sealed is not None
        struct.pack_into("=q", self._sealed, place * _RECORD.size + 8 * word, value)

    def run(self) -> None:
        """Makes all calls; raises OSError with the name of the first that fails and makes none after it."""
        failed = self._machine.run(self.address)
        if failed:
            assert self._sealed is not None
            place = (failed - self.address) // _RECORD.size
            number = -_RECORD.unpack_from(self._sealed, place * _RECORD.size)[7]
            raise OSError(number, f"{self._names[place]}: {os.strerror(number)}")

    def clone(self, flags: int, pidfd: ctypes.c_int) -> int:
        """A process in this process's memory and on its stack that makes the calls, whose last two arguments say which is next.

        All signals must be blocked. Returns its id, and puts a descriptor for it where `pidfd` says.
        """
        pid: int = self._machine.clone(flags, ctypes.addressof(pidfd), self.address)
        if pid < 0:
            raise OSError(-pid, f"clone: {os.strerror(-pid)}")
        return pid
