"""The last expression of a program, whose value is shown as an interactive interpreter does."""

from __future__ import annotations

import ast
from typing import Any, Tuple

from . import coding, policy, unhandled


def split(source: bytes) -> Tuple[Any, Any]:
    """The program without its last expression, and that: trees for compile(), or what to compile and None."""
    text = coding.text_of(source)
    try:
        tree: Any = compile(text, policy.PROGRAM, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        last = tree.body[-1] if tree.body else None
        if not isinstance(last, ast.Expr) or _is_silenced(source, last):
            return text, None
    except Exception:  # whoever compiles it will say so
        return text, None
    tree.body.pop()
    return tree, ast.Expression(last.value)


def _is_silenced(source: bytes, last: Any) -> bool:
    """By a semicolon behind it, as in notebooks."""
    line = unhandled.lines_of(source)[last.end_lineno - 1]
    return line.encode()[last.end_col_offset :].lstrip(b" \t").startswith(b";")
