"""The content of a file as pieces of Python with their places: a script is one, a notebook one for each code cell."""

from __future__ import annotations

import codecs
import json
import os
import re
import shlex
import stat
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bis._audit.parsing.blocking_cells import ServerWatch, blocking_commands, blocking_loops, may_loop, may_serve
from bis._audit.parsing.cell_magics import MOST_CHARACTERS, PYTHON_MAGICS, may_have_magics, separated, too_long
from bis._audit.parsing.indented_cells import cell_tree
from bis._audit.parsing.syntax_trees import Fault, syntax_tree
from bis.model.project_audit import Problem
from bis.notebooks.cell_syntax import cell_magic

if TYPE_CHECKING:
    import ast
    from pathlib import Path

    from bis.notebooks.cell_syntax import LineMagic

SUBSTRINGS = ("log_param", "autolog", "log_metric")  # what the study's first script searched for
_SUBSTRING = re.compile("|".join(SUBSTRINGS))
_SUBSTRING_BYTES = re.compile(_SUBSTRING.pattern.encode())
_MOST_MENTIONS = 20

_SHELL_MAGICS = frozenset({"bash", "sh", "!", "system", "sx", "script"})
# On Databricks one percent sign governs a cell, too.
_GOVERNING_LINE = re.compile(r"\s*%(?P<name>md|md-sandbox|sql|scala|r|sh|fs)(?P<rest>[ \t][^\n]*)?(?:\n|$)")
_ALONE_ONLY = frozenset({"sql", "r", "sh", "fs"})  # elsewhere these are magics of one line

_MOST_CODE = 4 * MOST_CHARACTERS  # of all cells; a notebook is large for its outputs, not for its code

# What tells a notebook that was saved as a script: a command or a magic at the start of a line.
_EXPORTED = re.compile(r"(?m)^[ \t]*(?:[!%]|(?:pip|conda)[ \t]+install\b)")

_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_BLANK = re.compile(rb"[ \t\f]*(?:#[^\r\n]*)?(?:\r\n?|\n)")
# Others transform rather than encode, or take quadratic time.
_ENCODINGS = re.compile(
    r"(?:iso[-_]?8859|iso[-_]?2022|latin|l\d|windows|cp\d|gb|euc|big5|shift|sjis|s_jis|koi8|mac|tis|hz|johab|ascii|us[-_])"
    r"[-\w]{0,30}|ascii",
    re.IGNORECASE,
)
_UTF_8 = re.compile(r"utf[-_]?8(?:[-_].*)?|u8", re.IGNORECASE)
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")

_SURROGATE = re.compile("[\ud800-\udfff]")
_OTHER_KERNELS = re.compile(
    r"(?i)(?:ir|r|julia|scala|bash|sas|octave|matlab|javascript|deno|tslab|rust|evcxr|sql|xsql|kotlin|java|ijava|\.net|c\+\+"
    r"|xcpp|csharp|fsharp|powershell|ruby|iruby|go|gophernotes|haskell|ihaskell|stata|almond|apache_toree|spylon|sparkr)\b"
)
_PYTHON_LANGUAGE = re.compile(r"(?i)python|pyspark|sage|\bxonsh")

_PIECE = 4096  # a file that grows while it is read
_SAFE_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


@dataclass(frozen=True, slots=True)
class Part:
    """A script, or one code cell.

    `text` is Python with as many lines as there were: ``pass`` replaces each magic, and the text is empty in a cell
    that is not Python. `lines` is the number of lines of code, `empty` says that there are none. `magics` are (line,
    text without the mark), `cell_magic` is the name of what governs the cell, `installs` are (line, text) of
    ``%pip install`` and its like, `blocking` (line, what) of lines that never return. `line_count` counts all lines.
    `is_number_zero` says that the saved execution count is 0, which no kernel gives: it is not a `count`.
    """

    text: str
    cell: int = -1
    count: int | None = None
    has_outputs: bool = False
    lines: int = 0
    empty: bool = False
    installs: tuple[tuple[int, str], ...] = ()
    blocking: tuple[tuple[int, str], ...] = ()
    magics: tuple[tuple[int, str], ...] = ()
    cell_magic: str = ""
    is_number_zero: bool = False

    @property
    def line_count(self) -> int:
        """How many lines the script or cell has, as an editor shows them."""
        return self.text.count("\n") + 1


@dataclass(slots=True)
class Source:
    """A file's content, taken apart.

    `problems` are (kind, detail, cell, line). `mentions` are (cell, line) of the first places where one of `SUBSTRINGS`
    occurs, comments included: line 0 of a cell is its outputs, cell -1 of a notebook its metadata. `mentioned` is the
    number of all. `language` is named where a notebook is not for Python. `hosts` are services that wrote their name
    into a notebook: ``colab``, ``kaggle``; `runs_on` are those to which it is bound by a badge or by their data.
    """

    is_notebook: bool
    parts: list[Part] = field(default_factory=list)
    problems: list[tuple[str, str, int, int]] = field(default_factory=list)
    mentions: tuple[tuple[int, int], ...] = ()
    mentioned: int = 0
    language: str = ""
    of_databricks: bool = False
    hosts: frozenset[str] = frozenset()
    runs_on: frozenset[str] = frozenset()


def load(root: Path, file: str, *, max_file_mib: float = 20.0) -> bytes | Problem:
    """Read a file of a project: a regular one, not through a link, not a larger one than allowed.

    Parameters
    ----------
    root : Path
        The project's folder.
    file : str
        A path relative to it, as `bis._audit.files.tree.walk` gives it.
    max_file_mib : float

    Returns
    -------
    bytes or Problem
        What the system refuses is a problem: nothing is raised.
    """
    if file.startswith("/") or ".." in file.split("/"):
        return Problem(file, "unreadable", "it is not in the project's folder")
    most = int(max_file_mib * 1024 * 1024)
    try:
        descriptor = os.open(f"{root}/{file}", _SAFE_FLAGS)
    except (OSError, ValueError) as error:
        return Problem(file, "unreadable", getattr(error, "strerror", None) or str(error))
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return Problem(file, "special", "not a regular file: not read")
        if status.st_size > most:
            return Problem(file, "large", f"{status.st_size / 2**20:.1f} MiB: larger than {max_file_mib:g} MiB")
        pieces, size = [], 0
        while size <= most and (piece := os.read(descriptor, max(status.st_size - size, _PIECE) + 1)):
            pieces.append(piece)
            size += len(piece)
    except OSError as error:
        return Problem(file, "unreadable", error.strerror or str(error))
    finally:
        os.close(descriptor)
    return b"".join(pieces) if size <= most else Problem(file, "large", f"larger than {max_file_mib:g} MiB")


def parse_source(content: bytes, *, is_notebook: bool) -> Source:
    """Take a file's content apart; what is wrong with it becomes a problem of the result."""
    source = Source(is_notebook=is_notebook)
    source.mentioned = sum(content.count(text.encode()) for text in SUBSTRINGS)
    (_notebook if is_notebook else _script)(content, source)
    return source


def tree_of(part: Part) -> ast.Module | tuple[str, str, int, int]:
    """The syntax tree of a piece of Python, or the problem: (kind, detail, cell, line)."""
    tree = syntax_tree(part.text) if part.cell < 0 else cell_tree(part.text)
    return (tree.kind, tree.detail, part.cell, tree.line) if isinstance(tree, Fault) else tree


def as_cell(part: Part) -> Part | None:
    """A script that is no Python read as a cell of a notebook, as Colab saves one; None where that is none either."""
    if not _EXPORTED.search(part.text) or too_long(part.text):
        return None
    python, name, magics = separated(part.text)
    if isinstance(syntax_tree(python), Fault):
        return None
    installs = tuple((m.first + 1, m.text) for m in magics if _BRINGS.search(m.text))
    return replace(
        part, text=python, installs=installs, magics=tuple((m.first + 1, m.text) for m in magics), cell_magic=name
    )


_BRINGS = re.compile(r"install|\bclone\b|\.py\b|--with|\badd\b|\bconda\b")  # lines by which packages and modules come
_OF_DATABRICKS = "# Databricks notebook source"
_BOUND = {"colab": "include_colab_link", "kaggle": "dataSources"}
_MAGIC_COMMENT = re.compile(r"# MAGIC %{1,2}(?P<text>\w.*)")


def with_magic_comments(part: Part) -> Part:
    """A script with the magics that Databricks saves as comments: ``# MAGIC %pip install rich``."""
    if not part.text.startswith(_OF_DATABRICKS):
        return part
    matches = ((line, _MAGIC_COMMENT.match(text)) for line, text in enumerate(part.text.split("\n"), 1))
    magics = tuple((line, match["text"]) for line, match in matches if match)
    installs = tuple((line, text) for line, text in magics if _BRINGS.search(text))
    return replace(part, magics=magics, installs=part.installs + installs)


# Scripts


def _script(content: bytes, source: Source) -> None:
    source.mentions = _mentions(content) if source.mentioned else ()
    if b"\0" in content and not content.startswith(_UTF_16_MARKS):
        source.problems.append(("nul", "it contains NUL bytes", -1, _line_at(content, content.index(b"\0"))))
        return
    text = _lines_of(_decoded(content, source))
    lines = _code_lines(text)
    blocking: tuple[tuple[int, str], ...] = ()
    loops, serves = may_loop(text), may_serve(text)
    if (loops or serves) and not isinstance(tree := syntax_tree(text), Fault):
        blocking = (blocking_loops(tree) if loops else ()) + (blocking_commands(tree) if serves else ())
    source.of_databricks = text.startswith(_OF_DATABRICKS)
    source.parts.append(Part(text, lines=lines, empty=not lines, blocking=blocking, installs=_inline(text)))


_INLINE = re.compile(r"(?m)^# /// script[ \t]*\n(?P<content>(?:#.*\n){1,200}?)# ///[ \t]*$")  # PEP 723
_DEPENDENCIES = re.compile(r"(?s)\bdependencies\s*=\s*\[(?P<listed>.*?)\n?\](?=\s*(?:\n|$))")
_STRING = re.compile(r"\"([^\"\n]{1,300})\"|'([^'\n]{1,300})'")


def _inline(text: str) -> tuple[tuple[int, str], ...]:
    """What a script's own metadata ask for, as the commands that would install it."""
    match = _INLINE.search(text) if "# /// script" in text else None
    if match is None:
        return ()
    listed = _DEPENDENCIES.search(re.sub(r"(?m)^# ?", "", match["content"]))
    line = text.count("\n", 0, match.start()) + 1
    found = _STRING.findall(listed["listed"]) if listed else []
    return tuple((line, f"pip install {shlex.quote(one or other)}") for one, other in found)


def _decoded(content: bytes, source: Source) -> str:
    """The text of a Python file, by its mark or cookie; what is amiss is noted, and as much as can be is read."""
    if content.startswith(_UTF_16_MARKS):
        source.problems.append(("encoding", "UTF-16, which Python does not read", -1, 1))
        return content.decode("utf-16", "replace").replace("\0", "")
    cookie = "" if content.startswith(codecs.BOM_UTF8) else _cookie(content)
    if cookie and not _UTF_8.fullmatch(cookie):
        known = _encoding(cookie)
        if not known:
            source.problems.append(("encoding", f"it names an encoding that is not known: {cookie[:40]}", -1, 1))
            return content.decode("utf-8", "replace")
        try:
            return content.decode(known)
        except UnicodeError as error:
            line = _line_at(content, getattr(error, "start", 0))
            source.problems.append(("encoding", f"it is not in the encoding that it names: {cookie[:40]}", -1, line))
            return content.decode("latin-1")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = _line_at(content, error.start)
    source.problems.append(("encoding", "it is not UTF-8" + (" and names no encoding" if not cookie else ""), -1, line))
    return content.decode("utf-8-sig", "replace")


def _cookie(content: bytes) -> str:
    """The encoding that a comment in the first or second line names."""
    head = content[:1000]
    match = _COOKIE.match(head)
    if match is None and (blank := _BLANK.match(head)):
        match = _COOKIE.match(head, blank.end())
    return match[1].decode("ascii") if match else ""


def _encoding(cookie: str) -> str:
    """The codec that a cookie means, if it is an ordinary one; else nothing."""
    cookie = re.sub(r"[-_](?:unix|dos|mac)$", "", cookie)  # Emacs names the ends of lines, too
    if not _ENCODINGS.fullmatch(cookie):
        return ""
    try:
        return codecs.lookup(cookie).name
    except LookupError:
        return ""


def _mentions(content: bytes) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    line, last = 1, 0
    for match in _SUBSTRING_BYTES.finditer(content):
        line += content.count(b"\n", last, match.start())
        last = match.start()
        found.append((-1, line))
        if len(found) >= _MOST_MENTIONS:
            break
    return tuple(found)


def _line_at(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1


# Notebooks


def _notebook(content: bytes, source: Source) -> None:
    document = _document(content, source)
    cells = _cells_of(document) if document is not None else None
    if document is not None and cells is None:
        source.problems.append(("notebook", "it has no list of cells", -1, 0))
    if cells is None:
        source.mentions = _mentions(content) if source.mentioned else ()
        return
    language = _language(document)
    if language:
        source.language = language
        source.problems.append(("language", f"a notebook for {language}", -1, 0))
    elsewhere = document.get("metadata") if source.mentioned else None
    mentions = [(-1, 0)] if elsewhere and _mentioned_in(elsewhere) else []
    watch, databricks = ServerWatch(), _is_databricks(document)
    source.of_databricks, (source.hosts, source.runs_on) = databricks, _hosts(document)
    code = 0
    for index, cell in enumerate(cells):
        if source.mentioned and len(mentions) < _MOST_MENTIONS:
            mentions += _mentions_in(cell, index)
        text = _text_of(cell)
        if text is None:
            source.problems.append(("notebook", f"cell {index} has no source or no type", index, 0))
        elif cell["cell_type"] == "code" and not language:
            code += len(text)
            if code > _MOST_CODE:
                source.problems.append(("large", "too much code: cells from here on are not read", index, 0))
                break
            source.parts.append(_CodeCell(cell, text, index, databricks=databricks).part(watch, source.problems))
    if source.mentioned:
        source.mentions = tuple(mentions[:_MOST_MENTIONS]) or ((-1, 0),)


def _document(content: bytes, source: Source) -> Any:
    """What the JSON text says; None, with a problem noted, where it is not JSON."""
    text: bytes | str = content
    try:
        if not content.isascii():
            try:
                text = content.decode(json.detect_encoding(content))
            except UnicodeDecodeError as error:
                source.problems.append(("encoding", "it is not UTF-8", -1, _line_at(content, error.start)))
                text = content.decode("utf-8", "replace")
        return _loaded(text)
    except RecursionError:
        what = "nested too deeply"
    except ValueError as error:
        what = f"not JSON: {error}"
        if not content.strip():
            what = "an empty file"
        elif content.startswith(b"version https://git-lfs"):
            what = "a pointer of Git LFS: the notebook itself is missing"
        elif b"\n<<<<<<< " in content:
            what = "an unresolved merge conflict"
    source.problems.append(("notebook", what, -1, 0))
    return None


def _loaded(text: bytes | str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # an integer of thousands of digits, which Python refuses to convert
        return json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < 1000 else 0)


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
    for key, name in (("language_info", "name"), ("kernelspec", "language"), ("kernelspec", "name")):
        table = metadata.get(key) if isinstance(metadata, dict) else None
        value = table.get(name) if isinstance(table, dict) else None
        if not isinstance(value, str) or not value:
            continue
        if _PYTHON_LANGUAGE.search(value):
            return ""
        # Kernels may be called anything; languages may not.
        if name != "name" or key == "language_info" or _OTHER_KERNELS.match(value):
            return "".join(c for c in value[:40] if c.isprintable())
    return ""


def _is_databricks(document: dict[str, Any]) -> bool:
    metadata = document.get("metadata")
    return isinstance(metadata, dict) and any("databricks" in key for key in metadata)


def _hosts(document: dict[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """The services in which a notebook was edited, by what they keep in its metadata, and those it is bound to."""
    metadata = document.get("metadata")
    said = {host: metadata[host] for host in _BOUND if host in metadata} if isinstance(metadata, dict) else {}
    run = metadata.get("papermill") if isinstance(metadata, dict) else None
    if isinstance(run, dict) and run.get("input_path") == "__notebook__.ipynb":  # as Kaggle saves a version
        said.setdefault("kaggle", {})
    bound = {host for host, kept in said.items() if isinstance(kept, dict) and kept.get(_BOUND[host])}
    return frozenset(said), frozenset(bound)


def _text_of(cell: Any) -> str | None:
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        return None
    given = cell.get("source", cell.get("input"))
    if isinstance(given, list):
        given = "".join(line for line in given if isinstance(line, str))
    if not isinstance(given, str):
        return None
    return given if given.isascii() else _SURROGATE.sub("\ufffd", given)


def _mentions_in(cell: Any, index: int) -> list[tuple[int, int]]:
    text = _text_of(cell) or ""
    found, line, last = [], 1, 0
    for match in _SUBSTRING.finditer(text):
        line += text.count("\n", last, match.start())
        last = match.start()
        found.append((index, line))
        if len(found) >= _MOST_MENTIONS:
            return found
    rest = [v for k, v in cell.items() if k not in {"source", "input"}] if isinstance(cell, dict) else cell
    if _mentioned_in(rest):
        found.append((index, 0))
    return found


def _mentioned_in(value: Any) -> bool:
    """Whether a string anywhere in a JSON value has one of the substrings."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, str):
            if any(text in one for text in SUBSTRINGS):
                return True
        elif isinstance(one, dict):
            pending += one
            pending += one.values()
        elif isinstance(one, list):
            pending += one
    return False


class _CodeCell:
    """One code cell on its way to a `Part`."""

    __slots__ = ("_cell", "_databricks", "_index", "_text")

    def __init__(self, cell: dict[str, Any], text: str, index: int, *, databricks: bool) -> None:
        self._cell = cell
        self._text = _lines_of(text)
        self._index = index
        self._databricks = databricks

    def part(self, watch: ServerWatch, problems: list[tuple[str, str, int, int]]) -> Part:
        text = self._text
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            problems.append(("nul", "the cell contains NUL characters", self._index, line))
            return self._with(_blank(text), "")
        why = too_long(text)
        if why:
            problems.append(("large", f"the cell {why}", self._index, 0))
            return self._with(_blank(text), "")
        if not may_have_magics(text):
            return self._with(text, "", watch)
        governed = self._governed()
        if governed is not None:
            return self._other_language(*governed, watch)
        python, name, magics = separated(text)
        return self._with(python, name, watch, magics)

    def _governed(self) -> tuple[str, str, int] | None:
        """Name and rest of the magic by which this cell is not Python, and the line (from 1) after it."""
        governing = cell_magic(self._text)
        if governing is not None:
            return None if governing.name in PYTHON_MAGICS else (governing.name, governing.rest, governing.line + 2)
        match = _GOVERNING_LINE.match(self._text)
        if match is None:
            return None
        rest = (match["rest"] or "").strip()
        if match["name"] in _ALONE_ONLY and rest and not self._databricks:
            return None
        return match["name"], rest, self._text.count("\n", 0, match.start("name")) + 2

    def _other_language(self, name: str, rest: str, first: int, watch: ServerWatch) -> Part:
        blocking: tuple[tuple[int, str], ...] = ()
        installs: tuple[tuple[int, str], ...] = ()
        lines = self._text.split("\n")
        words = rest.split()
        if name in _SHELL_MAGICS and (name != "script" or words[:1] in (["bash"], ["sh"])):
            if watch.wants(self._text) and "--bg" not in words:
                blocking = watch.shell("\n".join(lines[first - 1 :]), first)
            installs = tuple((n, line) for n, line in enumerate(lines[first - 1 :], first) if _BRINGS.search(line))
        part = self._with(_blank(self._text), name, installs=installs, blocking=blocking)
        return replace(part, magics=((first - 1, f"{name} {rest}"),)) if name == "writefile" else part

    def _with(
        self,
        python: str,
        name: str,
        watch: ServerWatch | None = None,
        magics: tuple[LineMagic, ...] = (),
        *,
        installs: tuple[tuple[int, str], ...] = (),
        blocking: tuple[tuple[int, str], ...] = (),
    ) -> Part:
        cell, lines = self._cell, _code_lines(self._text)
        count = cell.get("execution_count", cell.get("prompt_number"))
        zero = type(count) is int and count == 0
        if type(count) is not int or not 0 < count < 10**9:
            count = None
        served, looped = watch is not None and watch.wants(self._text), watch is not None and may_loop(python)
        if watch is not None and (served or looped):
            found = cell_tree(python)
            tree = None if isinstance(found, Fault) else found
            blocking += watch.python(tree, magics) if served else ()
            blocking += blocking_loops(tree) if looped and tree is not None else ()
        return Part(
            python,
            self._index,
            count,
            bool(cell.get("outputs")),
            lines,
            not lines,
            installs or tuple((m.first + 1, m.text) for m in magics if _BRINGS.search(m.text)),
            tuple(sorted(blocking)),
            tuple((m.first + 1, m.text) for m in magics),
            name,
            zero,
        )


def _lines_of(text: str) -> str:
    """A text with one kind of line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _blank(text: str) -> str:
    return "\n" * text.count("\n")


def _code_lines(text: str) -> int:
    lines = list(filter(None, map(str.strip, text.split("\n"))))
    return len(lines) - len([line for line in lines if line[0] == "#"])
