"""psutil prints a traceback when it is imported where /proc cannot be read, and works as far as it can all the same.

Many programs would have that among their errors that have never heard of psutil: other libraries import it.
"""

from __future__ import annotations

import contextlib
import importlib.machinery
import io
import os
import sys
import types
from typing import Optional, Sequence

_READS_PROC = "psutil._pslinux"


def expect_psutil(tier: str) -> None:
    """In the zygote."""
    if tier == "landlock" or not os.access("/proc/stat", os.R_OK):
        sys.meta_path.insert(0, _Finder())


class _Finder:
    """A finder of `sys.meta_path` until psutil is imported."""

    def find_spec(
        self, name: str, path: Optional[Sequence[str]], target: Optional[types.ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        if name != _READS_PROC:
            return None
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _QuietLoader(spec.loader.name, spec.loader.path)
        return spec


class _QuietLoader(importlib.machinery.SourceFileLoader):
    def exec_module(self, module: types.ModuleType) -> None:
        with contextlib.redirect_stderr(io.StringIO()):
            super().exec_module(module)
