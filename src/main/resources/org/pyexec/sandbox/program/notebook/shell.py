"""What get_ipython() gives in a session: the interface that notebooks and libraries know, without IPython."""

from __future__ import annotations

import ast
import builtins
import linecache
import sys
from typing import Any, Callable, Dict, List, Optional, Tuple

from . import captured, commands, expansion, formatters, history, magics, notebook_lines, publishing, steps, timing
from ..display import display
from ..execution import last_expression, tracebacks
from .speech import UsageError, say

Magic = Callable[..., Any]


class InteractiveShell:
    """Its class attribute may be set by programs."""

    ast_node_interactivity = "last_expr"
    _only: Optional["InteractiveShell"] = None

    @classmethod
    def instance(cls, *_: Any, **__: Any) -> Any:
        return InteractiveShell._only

    @classmethod
    def initialized(cls) -> bool:
        return InteractiveShell._only is not None


class Shell(InteractiveShell):
    def __init__(self, names: Dict[str, Any], folder: str, planner: steps.Planner, loop: steps.Loop) -> None:
        self.user_ns = self.user_global_ns = names
        self.history = history.History(names, folder)
        self.display_formatter = formatters.DisplayFormatter()
        self.display_pub = publishing.Publisher()
        self.events = publishing.Events()
        self.config: Dict[str, Any] = {}
        self.kernel = None  # there is no terminal: pandas.get_option("display.max_columns") is 20
        self.colors = "NoColor"
        self.folder = folder
        self.file = ""  # of the cell that runs
        self._planner = planner
        self._loop = loop
        self._body: Tuple[Optional[str], int] = (None, 0)
        self.line_magics: Dict[str, Magic] = {**magics.LINE, **commands.LINE, **timing.LINE}
        self.cell_magics: Dict[str, Magic] = {**magics.CELL, **captured.CELL, **commands.CELL, **timing.CELL}
        self.own_line_magics: Dict[str, Magic] = {}
        self.own_cell_magics: Dict[str, Magic] = {}
        InteractiveShell._only = self

    # --- for the interpreter

    def begin(self, text: str, file: str, cell: Optional[notebook_lines.Cell]) -> None:
        self.file = file
        self._body = (None, 0) if cell is None else (cell.body, cell.body_line)
        self.history.note(text)

    def is_bare_magic(self, name: str) -> bool:
        known = name in self.line_magics or name in self.own_line_magics
        return known and name not in self.user_ns and not hasattr(builtins, name)

    def compiled(self, text: str) -> Any:
        """Lines of the cell's body have the numbers that they have in the cell."""
        body, line = self._body
        above = "\n" * line if body == text else ""
        return compile(above + notebook_lines.python(text), self.file, "exec", self._loop.flags, dont_inherit=True)

    def compiled_line(self, text: str, line: int, kind: str) -> Any:
        """A part of a line, at its place; None where it is no expression but should be."""
        try:
            flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            tree = compile(notebook_lines.python(text), self.file, kind, flags, dont_inherit=True)
        except SyntaxError:
            if kind == "eval":
                return None
            raise
        column = max(0, linecache.getline(self.file, line).find(text))
        node: Any  # of a class that has a place
        for node in ast.walk(tree):
            if hasattr(node, "col_offset"):
                node.lineno = node.end_lineno = line
                node.col_offset += column
                node.end_col_offset += column
        return compile(tree, self.file, kind, self._loop.flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)

    def value_of(self, code: Any, names: Dict[str, Any]) -> Any:
        """Of compiled_line()."""
        return self._loop.value_of(code, names)

    def run_body(self, text: str, names: Optional[Dict[str, Any]] = None) -> Any:
        """The value of its last expression."""
        body, line = self._body
        source = ("\n" * line if body == text else "") + notebook_lines.python(text)
        tree = compile(source, self.file, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        last = last_expression.of(tree, tracebacks.lines_of(source.encode("utf-8", "surrogatepass")))
        names = self.user_ns if names is None else names
        values: List[Any] = []
        planned = self._planner.split(tree, last, None, values.append)
        whole = [steps.Step(tree, False), *([] if last is None else [steps.Step(last, False, values.append)])]
        self._loop.run(planned or whole, self.file, names)
        return values[-1] if values else None

    # --- magics

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        frame = sys._getframe(_stack_depth)
        own = self.own_line_magics.get(magic_name)
        if own is not None:
            return own(self.var_expand(line, frame))
        found = self.line_magics.get(magic_name)
        if found is None:
            kind = "a cell magic: it belongs in the first line" if magic_name in self.cell_magics else "not known here"
            say(f"UsageError: The magic %{magic_name} is {kind}; the line is left out.")
            return None
        return self._guarded(found, line, frame)

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        frame = sys._getframe(1)
        own = self.own_cell_magics.get(magic_name)
        if own is not None:
            return own(self.var_expand(line, frame), cell)
        found = self.cell_magics.get(magic_name)
        if found is not None:
            return self._guarded(found, line, frame, cell)
        if magic_name in magics.FOREIGN:
            say(f"UsageError: Cells of %%{magic_name} cannot be run here; the cell is left out.")
            return None
        say(f"UsageError: The magic %%{magic_name} is not known here; the cell below it runs without.")
        return self.run_body(cell)

    def _guarded(self, magic: Magic, line: str, frame: Any, *body: str) -> Any:
        try:
            return magic(self, line, frame, *body)
        except UsageError as e:
            say(f"UsageError: {e}")
            return None

    def magic(self, arg_s: str) -> Any:
        name, _, line = arg_s.lstrip("%").partition(" ")
        return self.run_line_magic(name, line.strip(), _stack_depth=2)

    def find_line_magic(self, name: str) -> Optional[Magic]:
        return self.own_line_magics.get(name) or self.line_magics.get(name)

    def find_cell_magic(self, name: str) -> Optional[Magic]:
        return self.own_cell_magics.get(name) or self.cell_magics.get(name)

    def register_magic_function(self, func: Magic, magic_kind: str = "line", magic_name: Optional[str] = None) -> None:
        name = magic_name or func.__name__
        if magic_kind in ("line", "line_cell"):
            self.own_line_magics[name] = func
        if magic_kind in ("cell", "line_cell"):
            self.own_cell_magics[name] = func

    def register_magics(self, *classes: Any) -> None:
        for each in classes:
            instance = each(shell=self) if isinstance(each, type) else each
            for name in dir(type(instance)):
                kind, own = getattr(getattr(type(instance), name), "_magic", ("", ""))
                if kind:
                    self.register_magic_function(getattr(instance, name), kind, own)

    # --- the shell of the machine

    def system(self, cmd: str) -> None:
        commands.run(self.var_expand(cmd, sys._getframe(1)), self)

    system_raw = system_piped = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        text = commands.output_of(self.var_expand(cmd, sys._getframe(1)), self)
        return commands.SList(text.splitlines()) if split else text

    def var_expand(self, cmd: str, frame: Any = None, formatter: Any = None) -> str:
        """$name and {expression} of the program's variables; what is none stays as it is."""
        names = {**self.user_ns, **(frame.f_locals if frame is not None else {})}
        try:
            return expansion.Expander().vformat(cmd, (), names)
        except Exception:
            return cmd

    # --- what libraries ask for

    @property
    def execution_count(self) -> int:
        return self.history.number

    def push(self, variables: Any, interactive: bool = True) -> None:
        self.user_ns.update(variables)

    def ev(self, expr: str) -> Any:
        return eval(expr, self.user_ns)

    def ex(self, cmd: str) -> None:
        exec(cmd, self.user_ns)

    def run_cell(self, raw_cell: str, *_: Any, **__: Any) -> None:
        value = self.run_body(raw_cell)
        if value is not None:
            display.target().display(value)

    def transform_cell(self, raw_cell: str) -> str:
        return notebook_lines.python(raw_cell)

    def showtraceback(self, *_: Any, **__: Any) -> None:
        import traceback

        traceback.print_exc()

    def set_next_input(self, s: str, replace: bool = False) -> None:
        print(s)

    def enable_gui(self, gui: Any = None) -> None:
        pass

    def enable_matplotlib(self, gui: Any = None) -> Tuple[str, str]:
        return "inline", "agg"

    def enable_pylab(self, gui: Any = None, import_all: bool = True) -> None:
        magics.pylab(self, "", None)

    def set_custom_exc(self, *_: Any) -> None:
        pass


Shell.__name__ = Shell.__qualname__ = "ZMQInteractiveShell"  # by which libraries know that there is no terminal
Shell.__module__ = "ipykernel.zmqshell"
InteractiveShell.__module__ = "IPython.core.interactiveshell"
