"""Which room of the sandbox imports which: by a table, and in no circle."""

from __future__ import annotations

import ast
import os
import pathlib
import unittest
from typing import Dict, Iterator, List, Set, Tuple

import sandbox

SOURCES = pathlib.Path(os.path.dirname(sandbox.__file__))
SUPERVISOR, PROGRAM = ("runs", "pool", "events"), "program"

# Rooms, each with those that it may import besides itself. `policy` is what all agree on; `kernel` and `wire` are below both
# halves; `runs`, `pool` and `events` are the supervisor's; `zygote` is what runs below the warden; `program` and the rooms in
# it are what a program may take over.
MAY_IMPORT: Dict[str, Set[str]] = {
    "policy": set(),
    "kernel": {"policy"},
    "wire": {"policy", "kernel"},
    "events": {"policy", "wire"},
    "pool": {"policy", "kernel", "wire", "events"},
    "runs": {"policy", "kernel", "wire", "events", "pool"},
    "program/execution": {"policy", "wire"},
    "program/display": {"policy", "wire", "program/execution"},
    "program/figures": {"program/display", "program/execution"},
    "program/notebook": {"policy", "program/display", "program/execution"},
    "program": {
        *("policy", "kernel", "wire"),
        *("program/execution", "program/display", "program/figures", "program/notebook"),
    },
    "zygote": {"policy", "kernel", "wire", "program", "program/execution", "program/figures"},
    "": {"runs", "zygote"},  # the entry
}


def _room(path: pathlib.Path) -> str:
    """That a file or a folder lies in; the package itself has no name."""
    room = path.relative_to(SOURCES).as_posix()
    return "" if room == "." else room


def _imported(path: pathlib.Path) -> Iterator[Tuple[str, str]]:
    """Rooms that a file imports from, each with the name that it takes, if it is one of a module."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.level:
            origin = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("sandbox", "pyexec_sandbox"):
            origin = SOURCES.joinpath(*(node.module or "").split(".")[1:])
        else:
            continue
        for each in node.names:
            yield _room(origin if origin.is_dir() else origin.parent), each.name if origin.is_dir() else origin.name


def _imports() -> Dict[str, Set[str]]:
    """By room, those that its files import."""
    found: Dict[str, Set[str]] = {}
    for path in SOURCES.rglob("*.py"):
        room = _room(path.parent)
        found.setdefault(room, set()).update(other for other, _ in _imported(path) if other != room)
    return found


def _within(room: str, rooms: Tuple[str, ...]) -> bool:
    return room.split("/")[0] in rooms


class RoomsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.imports = _imports()

    def test_every_room_is_in_the_table_and_every_row_is_a_room(self) -> None:
        self.assertEqual(set(self.imports), set(MAY_IMPORT))

    def test_rooms_import_what_the_table_allows_and_the_table_allows_no_more(self) -> None:
        for room, allowed in MAY_IMPORT.items():
            with self.subTest(room):
                self.assertEqual(self.imports[room], allowed)

    def test_no_rooms_import_each_other_in_a_circle(self) -> None:
        left = dict(MAY_IMPORT)
        while left:
            lowest = [room for room, allowed in left.items() if not allowed & set(left)]
            self.assertTrue(lowest, f"a circle among {sorted(left)}")
            for room in lowest:
                del left[room]

    def test_code_of_the_programs_process_knows_nothing_of_what_guards_it(self) -> None:
        for room, others in self.imports.items():
            if _within(room, (PROGRAM,)):
                self.assertFalse([other for other in others if _within(other, (*SUPERVISOR, "zygote"))], room)

    def test_the_supervisor_imports_nothing_that_runs_below_the_warden(self) -> None:
        for room in SUPERVISOR:
            self.assertFalse([other for other in self.imports[room] if _within(other, (PROGRAM, "zygote"))], room)

    def test_imported_modules_are_there(self) -> None:
        for path in SOURCES.rglob("*.py"):
            for room, module in _imported(path):
                with self.subTest(path.name, module=module):
                    self.assertTrue((SOURCES / room / f"{module}.py").is_file())

    def test_rooms_begin_empty(self) -> None:
        """Whoever imports one module of a room loads no other with it."""
        begin: List[pathlib.Path] = [SOURCES / room / "__init__.py" for room in MAY_IMPORT if room]
        self.assertEqual([path for path in begin if path.read_bytes()], [])


if __name__ == "__main__":
    unittest.main()
