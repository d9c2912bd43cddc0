"""Lines that never return: servers that a notebook starts in the foreground, and loops that never end.

Only what runs with the cell or script counts. A function that serves is harmless until it is called, and a thread or
process that serves leaves the cell free.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bis._audit.parsing.syntax_trees import is_main_guard
from bis.notebooks.server_calls import CallNames, call_objection, magic_objection
from bis.notebooks.shell_commands import Ground, Objection, objection, split_commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeGuard

    from bis.notebooks.cell_syntax import LineMagic

Lines = tuple[tuple[int, str], ...]

# Only cells with one of these are looked at; nearly all are spared it.
_SUSPECT = (
    "tensorboard", "streamlit", "jupyter", "uvicorn", "gunicorn", "hypercorn", "waitress", "flask", "Flask", "fastapi",
    "quart", "bottle", "sanic", "aiohttp", "run_server", "serve_forever", "run_simple", "gradio", "panel serve",
    "bokeh serve", "voila", "ngrok", "localtunnel", "lt --port", "cloudflared", "http.server", "SimpleHTTPServer",
    ".run(", "airflow", "optuna-dashboard", "optuna_dashboard", "redis-server", "tail -", "sleep infinity", "watch ",
    "bentoml", "dash", "Dash", "tensorflow_model_server", "import os as", "import subprocess as", "from os import",
    "from subprocess import",
)  # fmt: skip
_SUSPECT_PAIR = re.compile(r"(?:mlflow|aim)\W+(?:ui|up|server|models|gateway|deployments)\b")
_LOOP = re.compile(r"while[ \t(]+(?:True|1)\b")
_IN_BACKGROUND = "in the background"
_WAITING = frozenset({"wait", "communicate"})
_EXITS = frozenset({"exit", "quit", "sys.exit", "os._exit", "os.abort", "next"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LOOPS = (ast.While, ast.For, ast.AsyncFor)
_LEAVES = (ast.Return, ast.Raise, ast.Yield, ast.YieldFrom)

# Text that is made to be slow must not take hours either: words of a shell line are split one character at a time.
_LONGEST_EXAMINED = 20_000
_LONGEST_COMMAND = 5_000
_LONGEST_VALUE = 200
_MOST_CALLS = 5_000


def may_loop(text: str) -> bool:
    """Whether a text is worth being given to `blocking_loops`: a cheap test that overlooks none."""
    return _LOOP.search(text) is not None


# What a script starts with the shell and does not come back from; web applications are there to be served.
_SHELL = re.compile(r"\bos\b|\bsubprocess\b")
_COMMAND = re.compile(r"\b(?:mlflow[\"',\s]+(?:ui|server)|tensorboard)\b")


def may_serve(text: str) -> bool:
    """Whether a text is worth being given to `blocking_commands`: a cheap test that overlooks none."""
    may_name = ("mlflow" in text and ("server" in text or "ui" in text)) or "tensorboard" in text
    return may_name and len(text) <= _LONGEST_EXAMINED and bool(_SHELL.search(text)) and bool(_COMMAND.search(text))


def blocking_commands(tree: ast.Module) -> Lines:
    """Commands by which a script starts a server and waits for it, when it is run: at its top, or in its functions.

    One under a condition is started by those who ask for it; the test whether the file is run as a program is none.
    """
    body: list[ast.stmt] = []
    for one in tree.body:
        body += one.body if isinstance(one, ast.If) and is_main_guard(one.test) else [one]
    found = ServerWatch(only_shell=True).python(ast.Module(body, []), ())
    return tuple((line, why) for line, why in found if _COMMAND.search(why))


def blocking_loops(tree: ast.Module) -> Lines:
    """``while True`` loops of the module itself that nothing in them ends.

    A loop within a ``try`` may be ended by what is caught there, unless that is the user's interruption.
    """
    found = []
    for statement, caught in _running(tree.body):
        if isinstance(statement, ast.While) and _is_true(statement.test) and not caught and not _may_end(statement):
            found.append((statement.lineno, "never ends: while True"))
    return tuple(sorted(found))


@dataclass(slots=True)
class ServerWatch:
    """Reports which lines of a notebook's cells serve and do not return; it remembers names from the cells before."""

    only_shell: bool = False  # what a shell is told under no condition, and not what serves an application
    _names: CallNames = field(default_factory=CallNames)
    _serving: dict[str, str] = field(default_factory=dict)  # the notebook's own functions that serve
    _started: set[str] = field(default_factory=set)  # names of processes in the background
    _calls: int = 0

    def wants(self, text: str) -> bool:
        """Whether a cell is worth a look: a cheap test."""
        if len(text) > _LONGEST_EXAMINED:
            return False
        if any(map(text.__contains__, _SUSPECT)) or _SUSPECT_PAIR.search(text) is not None:
            return True
        return any(name in text for name in (*self._serving, *self._started))

    def shell(self, body: str, first: int) -> Lines:
        """Blocking lines of a ``%%bash`` cell; `first` is the line number of its body."""
        found = []
        for command in split_commands(body):
            against = objection(command.words, background=command.background)
            if _blocks(against):
                found.append((first + body.count("\n", 0, command.start), against.why))
        return tuple(found)

    def python(self, tree: ast.Module | None, magics: Iterable[LineMagic]) -> Lines:
        """Blocking lines of a cell of Python, given as its tree (None: it is half-written) and its magics."""
        found: list[tuple[int, str]] = []
        functions = [] if tree is None else [node for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)]
        for magic in magics:
            why = _magic(magic)
            if why and not any(f.lineno <= magic.first + 1 <= (f.end_lineno or 0) for f in functions):
                found.append((magic.first + 1, why))
        if tree is not None:
            self._learn(tree)
            for function in functions:
                self._serving.pop(function.name, None)
                serves = next(self._blocking(function.body), None)
                if serves is not None:
                    self._serving[function.name] = serves[1]
            found += self._blocking(tree.body)
        return tuple(sorted(set(found)))

    def _learn(self, tree: ast.Module) -> None:
        self._names.learn(tree)
        long = [name for name, value in self._names.values.items() if _is_long(value)]
        for name in long:
            del self._names.values[name]

    def _blocking(self, body: list[ast.stmt]) -> Iterator[tuple[int, str]]:
        for statement, _caught in _running(body, under_conditions=not self.only_shell):
            for call in _calls(statement):
                self._calls += 1
                if self._calls > _MOST_CALLS:
                    return
                why = self._call(call, statement)
                if why:
                    yield call.lineno, why

    def _call(self, call: ast.Call, statement: ast.stmt) -> str:
        match call.func:
            case ast.Name(id=name) if name in self._serving:
                return f"calls {name}, which {self._serving[name]}"
            case ast.Attribute(value=ast.Name(id=name), attr=method) if name in self._started and method in _WAITING:
                return f"waits for a server that does not return: {name}.{method}"
        if any(keyword.arg in {"mode", "jupyter_mode"} for keyword in call.keywords):
            return ""  # Dash serves from a thread in notebooks
        if self.only_shell and not self._names.dotted(call.func).startswith(("os.", "subprocess.")):
            return ""
        against = call_objection(call, self._names)
        if _blocks(against):
            return against.why
        if against is not None and against.ground is Ground.BLOCKING and isinstance(statement, ast.Assign):
            self._started |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
        return ""


def _blocks(against: Objection | None) -> TypeGuard[Objection]:
    return against is not None and against.ground is Ground.BLOCKING and _IN_BACKGROUND not in against.why


def _magic(magic: LineMagic) -> str:
    if len(magic.text) > _LONGEST_COMMAND:
        return ""
    if magic.mark == "%":
        against = magic_objection(magic.text)
        return against.why if _blocks(against) else ""
    for command in split_commands(magic.text.replace("\\\n", "  ")):
        against = objection(command.words, background=command.background)
        if _blocks(against):
            return against.why
    return ""


def _running(body: list[ast.stmt], *, under_conditions: bool = True) -> Iterator[tuple[ast.stmt, bool]]:
    """Statements that run with a body, those within others too; and whether a ``try`` there catches what they raise."""
    pending = [(statement, False) for statement in reversed(body)]
    while pending:
        statement, caught = pending.pop()
        if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
            continue
        yield statement, caught
        if not under_conditions and isinstance(statement, (ast.If, ast.Match, *_LOOPS)):
            continue
        inner: list[tuple[ast.stmt, bool]] = []
        if isinstance(statement, ast.Match):
            inner += [(s, caught) for case in statement.cases for s in case.body]
        for handler in getattr(statement, "handlers", ()):
            inner += [(s, caught) for s in handler.body]
        if not (
            isinstance(statement, ast.If) and isinstance(statement.test, ast.Constant) and not statement.test.value
        ):
            within = caught or any(not _is_interruption(h) for h in getattr(statement, "handlers", ()))
            inner += [(s, within) for s in getattr(statement, "body", ())]
        for more in ("orelse", "finalbody"):
            inner += [(s, caught) for s in getattr(statement, more, ())]
        pending += reversed(inner)


def _is_interruption(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.type, ast.Name) and handler.type.id == "KeyboardInterrupt"


def _calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """Calls in a statement's own expressions; what a lambda holds runs later, if ever."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Call):
            yield node
        if isinstance(node, ast.Lambda):
            continue
        pending += [
            child
            for child in ast.iter_child_nodes(node)
            if not isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case))
        ]


def _is_true(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value)


def _may_end(loop: ast.While) -> bool:
    pending: list[tuple[ast.AST, bool]] = [(child, False) for child in loop.body]
    while pending:
        node, within = pending.pop()
        if isinstance(node, _LEAVES) or (isinstance(node, ast.Break) and not within):
            return True
        if isinstance(node, ast.Call) and _name(node.func) in _EXITS:
            return True
        if isinstance(node, (*_FUNCTIONS, ast.Lambda, ast.ClassDef)):
            continue
        if isinstance(node, _LOOPS):  # a break after its `else` belongs to the loop around it
            after = set(map(id, node.orelse))
            pending += [(child, within or id(child) not in after) for child in ast.iter_child_nodes(node)]
        else:
            pending += [(child, within) for child in ast.iter_child_nodes(node)]
    return False


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _is_long(value: ast.expr) -> bool:
    end_line, end_column = value.end_lineno or value.lineno, value.end_col_offset or 0
    return end_line - value.lineno > 3 or (end_line == value.lineno and end_column - value.col_offset > _LONGEST_VALUE)
