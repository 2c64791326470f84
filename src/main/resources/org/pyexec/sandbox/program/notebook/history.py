"""What a notebook remembers of its cells: In and Out, _ and its like; IPython's displayhook and history."""

from __future__ import annotations

import builtins
import types
from typing import Any, Dict, List

MOST_VALUES = 1000
_NAMES = ("_", "__", "___")


class History:
    def __init__(self, names: Dict[str, Any], folder: str) -> None:
        self._names = names
        self._number = 0
        self._inputs: List[str] = [""]
        self._values: Dict[int, Any] = {}
        self._last: Dict[str, Any] = dict.fromkeys(_NAMES, "")
        self._initial = {
            "In": self._inputs, "_ih": self._inputs, "Out": self._values, "_oh": self._values, "_dh": [folder],
            "_i": "", "_ii": "", "_iii": "", **self._last,
        }  # fmt: skip
        self.begin()

    def begin(self) -> None:
        """With an empty namespace."""
        for name, value in self._initial.items():
            self._names.setdefault(name, value)

    @property
    def inputs(self) -> List[str]:
        return self._inputs

    @property
    def number(self) -> int:
        """Of the cell that runs, from 1."""
        return self._number

    def note(self, text: str) -> None:
        """The text of the cell that runs now."""
        self._number += 1
        self._inputs.append(text)
        names = self._names
        last = self._inputs[-4:-1]
        for name, each in zip(("_i", "_ii", "_iii"), reversed(last)):
            names[name] = each
        names[f"_i{self._number}"] = text

    def keep(self, value: Any) -> None:
        """The value of the last expression. Names that a program has taken for itself are left alone.

        What has a finalizer of its own is not held up by being remembered: it runs when the program lets go, as everywhere.
        """
        if value is self._values or isinstance(getattr(type(value), "__del__", None), types.FunctionType):
            return
        if len(self._values) >= MOST_VALUES:
            for number in list(self._values)[: MOST_VALUES // 5]:
                del self._values[number]
                self._names.pop(f"_{number}", None)
        own = all(self._last[name] is self._names.get(name, self._last[name]) for name in _NAMES)
        if own and not hasattr(builtins, "_"):
            self._last = {"_": value, "__": self._last["_"], "___": self._last["__"]}
            self._names.update(self._last)
        self._values[self._number] = value
        self._names[f"_{self._number}"] = value

    def is_own(self, name: str) -> bool:
        """Whether a variable is the notebook's, and not the program's."""
        if name in self._initial:
            return name not in _NAMES or self._names.get(name) is self._last[name]
        return name.startswith("_") and name.lstrip("_i").isdigit()
