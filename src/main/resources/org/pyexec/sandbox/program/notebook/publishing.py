"""What libraries find at the shell of a notebook to be called back by, and to show values with."""

from __future__ import annotations

from typing import Any, Dict, List

from ..display import display
from .speech import say


class Events:
    """Functions that libraries register. They are not called, which programs are told: figures and displays do without."""

    def __init__(self) -> None:
        self.callbacks: Dict[str, List[Any]] = {}

    def register(self, event: str, function: Any) -> None:
        if getattr(function, "__module__", None) == "__main__":
            say(f"Functions for the event {event} are not called here.")
        self.callbacks.setdefault(event, []).append(function)

    def unregister(self, event: str, function: Any) -> None:
        self.callbacks.get(event, []).remove(function)


class Publisher:
    def publish(self, data: Dict[str, Any], metadata: Any = None, **_: Any) -> None:
        display.target().display(data, raw=True)

    def clear_output(self, wait: bool = False) -> None:
        display.target().clear(wait)
