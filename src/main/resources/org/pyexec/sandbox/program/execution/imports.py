"""What is done to a module of others when it is imported, or at once where that has happened already."""

from __future__ import annotations

import contextlib
import importlib.machinery
import sys
import types
from typing import Callable, ContextManager, Optional, Sequence

Then = Callable[[types.ModuleType], None]
Within = Callable[[], ContextManager[object]]


def when_imported(name: str, then: Then, within: Within = contextlib.nullcontext) -> None:
    """`then` is called before whoever imports the module has it, `within` gives what that is executed in. A program may have a
    module of its own by that name.
    """
    module = sys.modules.get(name)
    if module is None:
        sys.meta_path.insert(0, _Finder(name, then, within))
    else:
        then(module)


class _Finder:
    """A finder of `sys.meta_path` until then."""

    def __init__(self, name: str, then: Then, within: Within) -> None:
        self._name = name
        self._then = then
        self._within = within

    def find_spec(
        self, name: str, path: Optional[Sequence[str]], target: Optional[types.ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        if name != self._name:
            return None
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path, self._then, self._within)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, then: Then, within: Within) -> None:
        super().__init__(name, path)
        self._then = then
        self._within = within

    def exec_module(self, module: types.ModuleType) -> None:
        with self._within():
            super().exec_module(module)
        usual = importlib.machinery.SourceFileLoader(self.name, self.path)
        module.__loader__ = usual
        if module.__spec__ is not None:
            module.__spec__.loader = usual
        self._then(module)
