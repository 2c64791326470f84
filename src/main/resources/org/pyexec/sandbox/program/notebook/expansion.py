"""Variables and expressions of the program's within lines that are no Python, as IPython expands them."""

from __future__ import annotations

import re
import string
from typing import Any, Tuple


class Expander(string.Formatter):
    _NAME = re.compile(r"(.*?)\$(\$?[\w.]+)(?=(?:[^']*'[^']*')*[^']*$)", re.S)  # not within single quotes

    def parse(self, text: Any) -> Any:
        for literal, field, spec, conversion in super().parse(text):
            end = 0
            for found in self._NAME.finditer(literal):
                before, name = found.groups()
                if name.startswith("$"):
                    yield before + name, None, None, None
                else:
                    yield before, name, "", None
                end = found.end()
            if field == "":  # of find and xargs; Formatter would give it a number, and that is an expression
                raise ValueError("there is no expression between the braces")
            yield literal[end:], field, spec, conversion

    def get_field(self, name: Any, arguments: Any, names: Any) -> Tuple[Any, str]:
        return eval(name, dict(names)), name
