"""Lines of a notebook or script that a replay should not run, recognised by syntax.

They either never return (``!mlflow ui``, ``uvicorn.run(app)``) or change the environment that was just rebuilt
(``%pip install``). Strings, comments and commands that merely look alike (``!mlflow run``, ``!pip list``) are left.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from bis.notebooks.cell_syntax import CellSyntax, LineMagic, cell_magic, parse_cell, parse_python
from bis.notebooks.server_calls import CallNames, call_objection, magic_objection
from bis.notebooks.shell_commands import Ground, Objection, without_objectionable

_SHELL_MAGICS = frozenset({"bash", "sh", "!", "system", "sx", "script"})
_PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun", "python", "python3"})
_HANDLING = frozenset({"terminate", "kill", "wait", "poll", "communicate", "send_signal"})


@dataclass(frozen=True, slots=True)
class SkippedLines:
    """Lines that were taken out: `source` as it was, `why` as a phrase."""

    line: int
    source: str
    why: str


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell without the lines that are not run; `source` is None where nothing of the cell remains to be run."""

    source: str | None
    skipped: tuple[SkippedLines, ...] = ()


@dataclass(slots=True)
class CellChanger:
    """Takes out what `grounds` says, cell after cell; it remembers imports and names from the cells before."""

    grounds: frozenset[Ground]
    names: CallNames = field(default_factory=CallNames)
    _not_started: set[str] = field(default_factory=set)

    def redact(self, source: str) -> CellChange:
        """Return the cell without the lines that are objected to; lines keep their numbers."""
        governing = cell_magic(source)
        if governing is not None and governing.name in _SHELL_MAGICS:
            shell = governing.name != "script" or governing.rest.split()[:1] in (["bash"], ["sh"])
            return self._redact_shell(source, governing.line + 1) if shell else CellChange(source)
        if governing is not None and governing.name not in _PYTHON_MAGICS:
            return CellChange(source)
        syntax = parse_cell(source)
        edit = _Edit(source.split("\n"), list(syntax.python))
        for magic in syntax.magics:
            self._redact_magic(edit, magic)
        tree = parse_python(edit.python)
        if tree is not None:
            self.names.learn(tree)
            self._redact_python(edit, tree)
        if not edit.skipped:
            return CellChange(source)
        skipped = tuple(sorted(edit.skipped, key=lambda lines: lines.line))
        return CellChange(None if _is_empty(edit, syntax) else "\n".join(edit.lines), skipped)

    def _redact_shell(self, source: str, first: int) -> CellChange:
        lines = source.split("\n")
        whole, against = without_objectionable("\n".join(lines[first:]), self.grounds)
        if against is not None and not whole:
            return CellChange(None, (SkippedLines(first + 1, "\n".join(lines[first:]), against.why),))
        skipped = []
        for number in range(first, len(lines)):
            rewritten, against = without_objectionable(lines[number], self.grounds)
            if against is not None:
                skipped.append(SkippedLines(number + 1, lines[number], against.why))
                indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
                lines[number] = rewritten or f"{indent}true  # bis: skipped, {against.why}"
        return CellChange("\n".join(lines), tuple(skipped))

    def _redact_magic(self, edit: _Edit, magic: LineMagic) -> None:
        joined = magic.text.replace("\\\n", "  ")
        rewritten = ""
        if magic.mark == "%":
            against = magic_objection(magic.text)
        else:
            rewritten, against = without_objectionable(joined, self.grounds)
        if against is None or against.ground not in self.grounds:
            return
        edit.skipped.append(SkippedLines(magic.first + 1, edit.text(magic.first, magic.last), against.why))
        if rewritten:
            head = edit.lines[magic.first][: magic.start]
            edit.put(magic.first, magic.last, f"{head}{rewritten}", python=None)
        else:
            statement = f"{magic.target} = None" if magic.target else "pass"
            line = f"{magic.indent}{statement}  # bis: skipped, {against.why}"
            edit.put(magic.first, magic.last, line, python=line)

    def _redact_python(self, edit: _Edit, tree: ast.Module) -> None:
        for statement, call, against in reversed(self._objections(tree)):
            if isinstance(statement, (ast.If, ast.While, ast.For, ast.AsyncFor, ast.Match)) and call is not None:
                edit.replace(call, "0", against.why, comment=False)
                continue
            replacement = "pass"
            if isinstance(statement, ast.Assign) and all(isinstance(target, ast.Name) for target in statement.targets):
                replacement = " = ".join([*(ast.unparse(target) for target in statement.targets), "None"])
            edit.replace(statement, replacement, against.why, comment=True)

    def _objections(self, tree: ast.Module) -> list[tuple[ast.stmt, ast.Call | None, Objection]]:
        """Statements to take out, in order of the source; none lies within another."""
        found: list[tuple[ast.stmt, ast.Call | None, Objection]] = []
        covered = -1
        for statement in _statements(tree):
            if (statement.end_lineno or 0) <= covered and isinstance(found[-1][0], (ast.With, ast.AsyncWith)):
                continue
            for call in _own_calls(statement):
                against = call_objection(call, self.names) or self._handles_what_was_not_started(call)
                if against is None or against.ground not in self.grounds:
                    continue
                found.append((statement, call, against))
                covered = statement.end_lineno or 0
                if isinstance(statement, ast.Assign) and against.ground is Ground.BLOCKING:
                    self._not_started |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
                break
        return found

    def _handles_what_was_not_started(self, call: ast.Call) -> Objection | None:
        match call.func:
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if name in self._not_started and attr in _HANDLING:
                return Objection(Ground.BLOCKING, f"handles {name}, which was not started")
        return None


def blocking_calls(source: str) -> tuple[tuple[int, str], ...]:
    """Calls of a plain script that start a server, never end or install packages.

    Parameters
    ----------
    source : str
        The text of a Python file.

    Returns
    -------
    tuple of (int, str)
        Line numbers from 1, with what the call there does; empty for a text that is not Python.
    """
    tree = parse_python(source.split("\n"))
    if tree is None:
        return ()
    names = CallNames()
    names.learn(tree)
    found = ((node.lineno, call_objection(node, names)) for node in ast.walk(tree) if isinstance(node, ast.Call))
    return tuple(sorted((line, against.why) for line, against in found if against is not None))


class _Edit:
    """The lines of a cell as they will run, beside the lines of its Python alone; both keep their number."""

    __slots__ = ("lines", "python", "skipped")

    def __init__(self, lines: list[str], python: list[str]) -> None:
        self.lines = lines
        self.python = python
        self.skipped: list[SkippedLines] = []

    def text(self, first: int, last: int) -> str:
        return "\n".join(self.lines[first : last + 1])

    def put(self, first: int, last: int, line: str, *, python: str | None) -> None:
        blank = [""] * (last - first)
        self.lines[first : last + 1] = [line, *blank]
        if python is not None:
            self.python[first : last + 1] = [python, *blank]

    def replace(self, node: ast.stmt | ast.expr, replacement: str, why: str, *, comment: bool) -> None:
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        # The tree counts columns in UTF-8 bytes.
        start = len(self.python[first].encode()[: node.col_offset].decode())
        end = len(self.python[last].encode()[: node.end_col_offset].decode())
        before, after = self.python[first][:start], self.python[last][end:]
        self.skipped.append(SkippedLines(first + 1, self.text(first, last), why))
        if comment and not after.strip():
            after = f"  # bis: skipped, {why}"
        line = before + replacement + after
        self.put(first, last, line, python=line)


def _statements(tree: ast.Module) -> list[ast.stmt]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _own_calls(statement: ast.stmt) -> list[ast.Call]:
    """Calls in a statement's own expressions, not in the statements inside of it."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return []
    found: list[ast.Call] = []
    pending: list[ast.AST] = list(ast.iter_child_nodes(statement))
    while pending:
        node = pending.pop(0)
        if isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            continue
        if isinstance(node, ast.Call):
            found.append(node)
        pending.extend(ast.iter_child_nodes(node))
    return found


def _is_empty(edit: _Edit, syntax: CellSyntax) -> bool:
    """Whether nothing is left to run; a magic that stays differs from its replacement."""
    if any(edit.lines[magic.first] != edit.python[magic.first] for magic in syntax.magics):
        return False
    tree = parse_python(edit.python)
    return tree is not None and all(isinstance(node, ast.Pass) for node in tree.body)
