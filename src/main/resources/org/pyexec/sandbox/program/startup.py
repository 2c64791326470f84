"""What of a request comes too late for an interpreter that has started already, with libraries imported."""

from __future__ import annotations

import os
import sys
from typing import Dict, FrozenSet, List, Set

from ..wire import frames

MOST_NAMED = 8  # in a note
PLACED = "placed"  # a file that has come before the first program of a session, as a field; like input
ONLY_FOR_OTHERS = "Only for what the program starts: %s."
WITHOUT_EFFECT_HERE = "Without effect in this tier: %s."
WITHOUT_EFFECT = "Without effect, since the session's interpreter has started before %s given."

# Read when they are used, or by an interactive interpreter only.
_READ_LATER = (
    *(b"PYTHONBREAKPOINT", b"PYTHONINSPECT", b"PYTHONSTARTUP", b"PYTHONASYNCIODEBUG", b"PYTHONDOCS"),
    *(b"PYTHON_COLORS", b"PYTHON_HISTORY", b"PYTHON_BASIC_REPL"),
)
_DONE_IN_TIME = (b"PYTHONUNBUFFERED", b"PYTHONDONTWRITEBYTECODE")  # inputs.py
_OF_PYTHON = (b"PYTHON", b"LC_", b"LANG")
_OF_LIBRARIES = {  # by the module that reads them when it is imported
    "matplotlib": (b"MPL", b"MATPLOTLIBRC"),
    "numpy": (b"OMP_", b"OPENBLAS_", b"GOTO_", b"MKL_", b"BLIS_", b"NUMEXPR_", b"NPY_"),
}

# For what the program starts itself: they would show what is ours, or keep an interpreter from starting.
KEPT_BACK = (b"PYTHONHOME", b"PYTHONPLATLIBDIR", b"PYTHONEXECUTABLE", b"PYTHONVERBOSE", b"PYTHONPROFILEIMPORTTIME", b"LD_")
# Those with which no code of the program's runs while an interpreter starts.
HARMLESS = (
    *(b"PYTHONHASHSEED", b"PYTHONOPTIMIZE", b"PYTHONUTF8", b"PYTHONIOENCODING", b"PYTHONDEVMODE", b"PYTHONINTMAXSTRDIGITS"),
    *(b"PYTHONNOUSERSITE", b"PYTHONSAFEPATH", b"PYTHONDONTWRITEBYTECODE", b"PYTHONUNBUFFERED", b"PYTHONFAULTHANDLER"),
    *(b"PYTHONTRACEMALLOC", b"PYTHONMALLOC", b"PYTHONWARNDEFAULTENCODING", b"LANG", b"LC_ALL", b"LC_CTYPE"),
    *(b"PYTHONNODEBUGRANGES", b"PYTHONCOERCECLOCALE", b"PYTHONCASEOK", b"PYTHONDEBUG", b"PYTHONMALLOCSTATS"),
    *(b"PYTHON_CPU_COUNT", b"PYTHON_FROZEN_MODULES", b"PYTHON_GIL"),
)
# Others that inputs.read_late takes into account, where the interpreter has not been started with them.
TAKEN_LATER = (b"PYTHONPATH", b"PYTHONWARNINGS", b"PYTHONPYCACHEPREFIX", b"PYTHONUSERBASE")


def variables_of(fields: frames.Fields) -> Dict[bytes, bytes]:
    """Those of the request."""
    parts = [value.partition(b"=") for name, value in fields if name == "env"]
    return {name: value for name, _, value in parts}


def late_variables(fields: frames.Fields) -> List[str]:
    """Names of those that an interpreter that has started does not take notice of any more; before they are set."""
    late = []
    for name, value in variables_of(fields).items():
        if _is_read_at_start(name) and value != os.environb.get(name, b""):
            late.append(os.fsdecode(name))
    return late


def _is_read_at_start(name: bytes) -> bool:
    if name.startswith(_OF_PYTHON):
        return name not in (*_READ_LATER, *_DONE_IN_TIME, *KEPT_BACK)
    return any(name.startswith(prefixes) for module, prefixes in _OF_LIBRARIES.items() if module in sys.modules)


def kept_back(fields: frames.Fields) -> List[str]:
    """Names of those that are not for the program's own interpreter."""
    return [os.fsdecode(name) for name in variables_of(fields) if name.startswith(KEPT_BACK)]


def has_effect(name: str, is_strict: bool) -> bool:
    """Of one of the late ones, in a fresh interpreter. `is_strict`: that starts with harmless ones only."""
    encoded = os.fsencode(name)
    return not is_strict or not encoded.startswith(b"PYTHON") or encoded in (*HARMLESS, *TAKEN_LATER)


def late_modules(fields: frames.Fields, usual: FrozenSet[str]) -> List[str]:
    """Names of modules that the request's files are to be imported as, and that are loaded already.

    The `usual` ones have been loaded by every interpreter before it looks at a program's folder.
    """
    return sorted(name for name in _importable(fields) - usual if name in sys.modules)


def _importable(fields: frames.Fields) -> Set[str]:
    """By the names of the files: name.py, name.so and the like, name/__init__.py."""
    found = set()
    for name, value in fields:
        if name in ("input", PLACED):
            folder, _, file = os.fsdecode(value.partition(b"\0")[2]).removeprefix("./").rpartition("/")
            stem, _, suffix = file.partition(".")
            if not folder and (suffix in ("py", "pyc") or suffix.endswith("so")):
                found.add(stem)
            elif stem == "__init__" and "/" not in folder:
                found.add(folder)
    return found


def listed(names: List[str]) -> str:
    return ", ".join(names[:MOST_NAMED])


def named(variables: List[str]) -> str:
    """For a sentence that goes on with a participle."""
    return f"{listed(variables)} {'was' if len(variables) == 1 else 'were'}"
