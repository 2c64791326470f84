"""psutil prints a traceback when it is imported where /proc cannot be read, and works as far as it can all the same.

Many programs would have that among their errors that have never heard of psutil: other libraries import it.
"""

from __future__ import annotations

import contextlib
import io
import os
from typing import ContextManager

from ..program.execution import imports

_READS_PROC = "psutil._pslinux"


def expect_psutil(tier: str) -> None:
    """In the zygote."""
    if tier == "landlock" or not os.access("/proc/stat", os.R_OK):
        imports.when_imported(_READS_PROC, lambda module: None, _quietly)


def _quietly() -> ContextManager[object]:
    return contextlib.redirect_stderr(io.StringIO())
