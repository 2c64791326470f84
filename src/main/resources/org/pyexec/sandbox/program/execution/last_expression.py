"""The last expression of a program, whose value is shown as an interactive interpreter does."""

from __future__ import annotations

import ast
from typing import Any, List, Tuple

from . import coding, tracebacks
from ...policy import policy


def split(source: bytes) -> Tuple[Any, Any]:
    """The program without its last expression, and that: trees for compile(), or what to compile and None."""
    text = coding.text_of(source)
    try:
        tree: Any = parsed(text)
        last = of(tree, tracebacks.lines_of(source))
    except Exception:  # whoever compiles it will say so
        return text, None
    return (text, None) if last is None else (tree, last)


def parsed(source: Any) -> Any:
    return compile(source, policy.PROGRAM, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)


def of(tree: Any, lines: List[str]) -> Any:
    """The last expression, which is taken out of the tree; None if there is none to show."""
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or _is_silenced(lines, last):
        return None
    tree.body.pop()
    return ast.Expression(last.value)


def _is_silenced(lines: List[str], last: Any) -> bool:
    """By a semicolon behind it, as in notebooks."""
    line: str = lines[last.end_lineno - 1]
    end: int = last.end_col_offset
    return line.encode()[end:].lstrip(b" \t").startswith(b";")
