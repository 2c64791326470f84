"""Building blocks of BPF filters for system calls; seccomp(2), linux/filter.h, linux/bpf_common.h.

A body is a list of instructions that always returns. Jumps are relative, so bodies can be put one behind another.
"""

from __future__ import annotations

import errno
from typing import List, NamedTuple, Tuple

# --- linux/seccomp.h: what becomes of a call ---------------------------------------------------------------------------

SECCOMP_SET_MODE_FILTER = 1
KILL_PROCESS = 0x80000000
ERRNO = 0x00050000
ALLOW = 0x7FFF0000

# --- struct seccomp_data -------------------------------------------------------------------------------------------------

NUMBER_OFFSET = 0
ARCHITECTURE_OFFSET = 4
ARGUMENTS_OFFSET = 16

# --- linux/bpf_common.h: code of struct sock_filter ----------------------------------------------------------------------

LOAD_WORD = 0x20
JUMP = 0x05
JUMP_EQUAL = 0x15
JUMP_GREATER = 0x25
JUMP_GREATER_OR_EQUAL = 0x35
JUMP_BITS = 0x45
AND = 0x54
RETURN = 0x06
FARTHEST = 255  # that a conditional jump goes

Instruction = Tuple[int, int, int, int]  # code, jt, jf, k of struct sock_filter


def refuse(number: int) -> int:
    """The action: the call fails with this errno; with 0 it succeeds without having been made."""
    return ERRNO | number


def statement(code: int, value: int) -> Instruction:
    return (code, 0, 0, value)


def returns(action: int) -> Instruction:
    return statement(RETURN, action)


def refusing() -> List[Instruction]:
    return [returns(refuse(errno.EPERM))]


def argument(index: int) -> Instruction:
    """Loads the low word."""
    return statement(LOAD_WORD, ARGUMENTS_OFFSET + 8 * index)


def argument_in(index: int, values: Tuple[int, ...], inside: int, outside: int) -> List[Instruction]:
    """Returns `inside` when the low word of the argument is one of values, else `outside`."""
    body = [argument(index)]
    for left, value in zip(range(len(values), 0, -1), values):
        body.append((JUMP_EQUAL, left, 0, value))
    body.append(returns(outside))
    body.append(returns(inside))
    return body


def without_bits(index: int, bits: int) -> List[Instruction]:
    return [
        argument(index),
        (JUMP_BITS, 0, 1, bits),
        returns(refuse(errno.EPERM)),
        returns(ALLOW),
    ]


def with_bits(index: int, bits: int) -> List[Instruction]:
    return [
        argument(index),
        (AND, 0, 0, bits),
        (JUMP_EQUAL, 1, 0, bits),
        returns(refuse(errno.EPERM)),
        returns(ALLOW),
    ]


def unless_in(load: Instruction, values: Tuple[int, ...], error: int, mask: int = 0) -> List[Instruction]:
    """Refuses what is not one of values, and goes on with the others."""
    body = [load, (AND, 0, 0, mask)] if mask else [load]
    for left, value in zip(range(len(values), 0, -1), values):
        body.append((JUMP_EQUAL, left, 0, value))
    body.append(returns(refuse(error)))
    return body


class Decision(NamedTuple):
    """For all numbers from the first to the last: a body that always returns."""

    first: int
    last: int
    body: List[Instruction]


def decide(decisions: List[Decision], otherwise: Instruction) -> List[Instruction]:
    """A binary search: the kernel goes through the filter once per known number when it is installed, as often as we fork."""
    if len(decisions) > 1:
        middle = len(decisions) // 2
        left, right = decide(decisions[:middle], otherwise), decide(decisions[middle:], otherwise)
        first = decisions[middle].first
        if len(left) <= FARTHEST:
            return [(JUMP_GREATER_OR_EQUAL, len(left), 0, first), *left, *right]
        return [(JUMP_GREATER_OR_EQUAL, 0, 1, first), (JUMP, 0, 0, len(left)), *left, *right]
    (one,) = decisions
    if one.first == one.last:
        return [(JUMP_EQUAL, 1, 0, one.first), otherwise, *one.body]
    return [(JUMP_GREATER_OR_EQUAL, 0, 1, one.first), (JUMP_GREATER, 0, 1, one.last), otherwise, *one.body]
