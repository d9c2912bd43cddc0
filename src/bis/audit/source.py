"""The content of a file as pieces of Python with their places: a script is one piece, a notebook one for each code cell."""

from __future__ import annotations

import ast
import json
import os
import re
import stat
import sys
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bis.model.audit import Problem
from bis.record.notebooks.blocking import Redactor
from bis.record.notebooks.commands import Ground
from bis.record.notebooks.syntax import cell_magic, parse_cell

if TYPE_CHECKING:
    from pathlib import Path

_PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun", "python", "python3", "snakeviz", "memit"})
_SUBSTRINGS = re.compile(rb"log_param|autolog|log_metric")  # what the study's first script searched for
_MOST_MENTIONS = 20
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_IPYTHON = re.compile(r"(?m)^\s*(?:[%!?]|[\w.,\[\]'\" ]+=\s*[%!]|(?:pip|conda|mamba|uv)\s)|\?\s*$")
# Only cells with one of these can block; everything else is spared the closer look.
_MAY_BLOCK = re.compile(
    r"mlflow\s+(?:ui|server|models)|tensorboard|streamlit|jupyter|uvicorn|gunicorn|hypercorn|waitress|flask|Flask|run_server"
    r"|serve_forever|gradio|panel|bokeh|voila|ngrok|http\.server|app\.run|run_simple|airflow|optuna-dashboard|aim\s+up"
    r"|cloudflared|redis-server|tail\s+-|sleep\s+infinity|watch\s|bentoml|fastapi|dash"
)
_ENDLESS = re.compile(r"(?m)^(\s*)while\s+(?:True|1)\s*:")
_PYTHON_2 = (
    (re.compile(r"(?m)^\s*print\s+[^\s(=.,\[]"), "a print statement"),
    (re.compile(r"(?m)^\s*except\s+[\w.]+\s*,\s*\w+\s*:"), "except X, e"),
    (re.compile(r"(?m)^\s*raise\s+\w+\s*,"), "raise X, message"),
    (re.compile(r"(?m)^\s*exec\s+['\"\w]"), "an exec statement"),
)
_CONFLICT = re.compile(r"(?m)^(?:<{7}|>{7}) ")
_LONG_LINE = 2000
_MOST_OPERATORS = 900
_OPERATOR = re.compile(r"\*\*|//|<<|>>|[-+~*/%&|^@.]|\b(?:not|or|and|lambda|if|else|await)\b")
_MOST_INDENTS = 90
_INDENTED = re.compile(r"(?m)^(?: {360,}|\t{90,})\S")

_SAFE_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Part:
    """A script, or one code cell.

    `text` is Python with as many lines as there were: ``pass`` stands for each magic, and nothing in a cell that is no
    Python. `installs` are (line, text) of ``%pip install`` lines, `blocking` (line, what) of lines that never return.
    """

    text: str
    cell: int = -1
    count: int | None = None
    has_outputs: bool = False
    lines: int = 0
    empty: bool = False
    installs: tuple[tuple[int, str], ...] = ()
    blocking: tuple[tuple[int, str], ...] = ()


@dataclass(slots=True)
class Source:
    """A file's content, taken apart. `problems` are (kind, detail, cell, line)."""

    is_notebook: bool
    parts: list[Part] = field(default_factory=list)
    problems: list[tuple[str, str, int, int]] = field(default_factory=list)
    mentions: tuple[tuple[int, int], ...] = ()


def load(root: Path, file: str, *, max_file_mib: float = 20.0) -> bytes | Problem:
    """Read a file of a project: a regular one, not through a link, not a larger one than allowed."""
    try:
        descriptor = os.open(root / file, _SAFE_FLAGS)
    except OSError as error:
        return Problem(file, "unreadable", error.strerror or str(error))
    with os.fdopen(descriptor, "rb") as content:
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return Problem(file, "special", "not a regular file: not read")
            most = int(max_file_mib * 1024 * 1024)
            data = content.read(most + 1)
        except OSError as error:
            return Problem(file, "unreadable", error.strerror or str(error))
    return data if len(data) <= most else Problem(file, "large", f"larger than {max_file_mib:g} MiB")


def parse_source(content: bytes, *, is_notebook: bool) -> Source:
    """Take a file's content apart; what is wrong with it becomes a problem of the result."""
    return _notebook(content) if is_notebook else _script(content)


def tree_of(part: Part) -> ast.Module | tuple[str, str, int, int]:
    """The syntax tree of a piece of Python, or the problem: (kind, detail, cell, line)."""
    why = _too_deep(part.text)
    if why:
        return ("too-deep", why, part.cell, 0)
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = compile(part.text, "<source>", "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        kind, detail = _syntax(part.text, error)
        return (kind, detail, part.cell, error.lineno or 0)
    except (ValueError, MemoryError, RecursionError) as error:
        return ("too-deep", str(error) or type(error).__name__, part.cell, 0)
    assert isinstance(tree, ast.Module)
    return tree


def _syntax(text: str, error: SyntaxError) -> tuple[str, str]:
    for pattern, what in _PYTHON_2:
        if pattern.search(text):
            return "python-2", f"Python 2: {what}"
    if _CONFLICT.search(text):
        return "syntax", "an unresolved merge conflict"
    return "syntax", f"{error.msg or 'not Python'}, says Python {sys.version_info[0]}.{sys.version_info[1]}"


def _too_deep(text: str) -> str:
    """Why the parser must not see this text; empty for all that a person writes.

    Brackets are left to the tokenizer, which refuses more than 200 of them. Chains of operators and blocks are not: the
    tree is as deep as they are long, and its conversion overflows the stack before Python 3.11.
    """
    for line in text.split("\n"):
        if len(line) > _LONG_LINE and len(_OPERATOR.findall(line)) > _MOST_OPERATORS:
            return f"a line with more than {_MOST_OPERATORS} operators"
    return f"more than {_MOST_INDENTS} levels of indentation" if _INDENTED.search(text) else ""


def _script(content: bytes) -> Source:
    source = Source(is_notebook=False)
    source.mentions = _mentions(content)
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        source.problems.append(("nul", "it contains NUL bytes", -1, content[: content.index(b"\0")].count(b"\n") + 1))
        return source
    text = _decoded(content, source)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    blocking = _endless(text) if _ENDLESS.search(text) else ()
    source.parts.append(Part(text, lines=_code_lines(text), blocking=blocking))
    return source


def _decoded(content: bytes, source: Source) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        source.problems.append(("encoding", "UTF-16, which Python does not read", -1, 1))
        return content.decode("utf-16", "replace").replace("\0", "")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
    cookie = next((m for head in content.split(b"\n", 2)[:2] if (m := _COOKIE.match(head))), None)
    name = cookie[1].decode("ascii", "replace") if cookie else ""
    try:
        if name and name.lower() not in {"utf-8", "utf8"}:
            return content.decode(name)
    except (LookupError, UnicodeDecodeError):
        source.problems.append(("encoding", f"it is not in the encoding {name} that it names", -1, line))
        return content.decode("latin-1")
    source.problems.append(("encoding", "it is not UTF-8 and names no encoding", -1, line))
    return content.decode("utf-8", "replace")


def _mentions(content: bytes) -> tuple[tuple[int, int], ...]:
    found = []
    for match in _SUBSTRINGS.finditer(content):
        found.append((-1, content.count(b"\n", 0, match.start()) + 1))
        if len(found) >= _MOST_MENTIONS:
            break
    return tuple(found)


# Notebooks


def _notebook(content: bytes) -> Source:
    source = Source(is_notebook=True)
    mentioned = _SUBSTRINGS.search(content) is not None
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else f"not JSON: {error}"
        source.problems.append(("notebook", what if content.strip() else "an empty file", -1, 0))
        source.mentions = _mentions(content)
        return source
    cells = _cells_of(document)
    if cells is None:
        source.problems.append(("notebook", "it has no list of cells", -1, 0))
        return source
    language = _language(document)
    if language:
        source.problems.append(("language", f"a notebook for {language}", -1, 0))
        return source
    redactor = Redactor(frozenset({Ground.BLOCKING}))
    mentions: list[tuple[int, int]] = []
    for index, cell in enumerate(cells):
        text = _text_of(cell)
        if text is None:
            source.problems.append(("notebook", f"cell {index} has no source or no type", index, 0))
            continue
        if mentioned and len(mentions) < _MOST_MENTIONS:
            mentions += _mentions_in(cell, text, index)
        if cell["cell_type"] == "code":
            source.parts.append(_part(cell, text, index, redactor))
    if mentioned:
        source.mentions = tuple(mentions[:_MOST_MENTIONS]) or ((-1, 0),)
    return source


def _cells_of(document: Any) -> list[Any] | None:
    if not isinstance(document, dict):
        return None
    cells = document.get("cells")
    if cells is None and isinstance(document.get("worksheets"), list):  # format 3
        sheets = [s for s in document["worksheets"] if isinstance(s, dict)]
        cells = [c for s in sheets if isinstance(s.get("cells"), list) for c in s["cells"]]
    return cells if isinstance(cells, list) else None


def _language(document: dict[str, Any]) -> str:
    """The language of a notebook that is not for Python; empty for one that is, or says nothing."""
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    found = ""
    for key, name in (("language_info", "name"), ("kernelspec", "language"), ("kernelspec", "name")):
        table = metadata.get(key)
        value = table.get(name) if isinstance(table, dict) else None
        if isinstance(value, str) and not found:
            found = value
    known = ("ir", "r", "julia", "scala", "bash", "sas", "octave", "javascript", "rust", "sql", "kotlin", "csharp")
    return found if found.lower().partition("-")[0] in known else ""


def _text_of(cell: Any) -> str | None:
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        return None
    given = cell.get("source", cell.get("input"))
    if isinstance(given, list):
        given = "".join(line for line in given if isinstance(line, str))
    return given if isinstance(given, str) else None


def _mentions_in(cell: dict[str, Any], text: str, index: int) -> list[tuple[int, int]]:
    found = [(index, text.count("\n", 0, m.start()) + 1) for m in _SUBSTRINGS_TEXT.finditer(text)]
    outputs = cell.get("outputs")
    if not found and outputs and _SUBSTRINGS_TEXT.search(json.dumps(outputs, default=str)):
        found.append((index, 0))
    return found


_SUBSTRINGS_TEXT = re.compile(_SUBSTRINGS.pattern.decode())


def _part(cell: dict[str, Any], text: str, index: int, redactor: Redactor) -> Part:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd").replace("\f", " ")
    count = cell.get("execution_count", cell.get("prompt_number"))
    count = count if isinstance(count, int) and not isinstance(count, bool) and 0 < count < 10**9 else None
    has_outputs = bool(cell.get("outputs"))
    empty = not any(line.strip() and not line.lstrip().startswith("#") for line in text.split("\n"))
    blocking: tuple[tuple[int, str], ...] = ()
    if _MAY_BLOCK.search(text):
        blocking = _blocking(text, redactor)
    if _ENDLESS.search(text):
        blocking += _endless(text)
    installs: tuple[tuple[int, str], ...] = ()
    python = text
    if _IPYTHON.search(text):
        governing = cell_magic(text)
        if governing is not None and governing.name not in _PYTHON_MAGICS:
            python = "\n" * text.count("\n")
            if governing.name in {"bash", "sh"} and "install" in text:
                installs = tuple((i + 1, line) for i, line in enumerate(text.split("\n")) if "install" in line)
        else:
            syntax = parse_cell(text)
            python = "\n".join(syntax.python)
            installs = tuple((m.first + 1, m.text) for m in syntax.magics if "install" in m.text)
    return Part(python, index, count, has_outputs, _code_lines(text), empty, installs, blocking)


def _blocking(text: str, redactor: Redactor) -> tuple[tuple[int, str], ...]:
    try:
        skipped = redactor.redact(text).skipped
    except RecursionError:  # the tree is refused elsewhere, with its reason
        return ()
    return tuple((one.line, one.why) for one in skipped if "in the background" not in one.why)


def _endless(text: str) -> tuple[tuple[int, str], ...]:
    """``while True`` whose body is waiting alone; a body with anything to leave it by may end."""
    found = []
    lines = text.split("\n")
    for match in _ENDLESS.finditer(text):
        number = text.count("\n", 0, match.start(1) + len(match[1])) + 1
        indent = len(match[1].replace("\n", ""))
        body = []
        for line in lines[number:]:
            if line.strip() and len(line) - len(line.lstrip()) <= indent:
                break
            body.append(line.strip())
        body = [line for line in body if line and not line.startswith("#")]
        if body and all(re.fullmatch(r"pass|(?:time\.)?sleep\(.*\)|continue|\.\.\.", line) for line in body):
            found.append((number, "never ends: while True"))
    return tuple(found)


def _code_lines(text: str) -> int:
    return sum(1 for line in text.split("\n") if (stripped := line.strip()) and not stripped.startswith("#"))
