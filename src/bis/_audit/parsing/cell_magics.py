"""Magics of a cell: which there may be, and what they do, in Python; the cell is code then that can be parsed."""

from __future__ import annotations

import re

from bis._audit.parsing.indented_cells import cell_tree
from bis._audit.parsing.syntax_trees import Fault, syntax_tree
from bis.notebooks.cell_syntax import LineMagic, cell_magic, parse_cell

# Those that govern a cell which is Python all the same.
PYTHON_MAGICS = frozenset(
    {
        "time", "timeit", "capture", "prun", "python", "python3", "debug", "trace", "snakeviz", "memit", "mprun",
        "lprun", "pyinstrument", "scalene", "heat", "notify", "wandb", "px", "local", "spark", "pyspark",
    }
)  # fmt: skip

# Every cell with something of IPython has one of these; no expression here takes more than linear time.
_IPYTHON = re.compile(r"(?m)^[ \t]*[%!?]|=[ \t]*[%!]|^[ \t]*(?:pip|conda|mamba|micromamba|uv)[ \t]|\?[ \t]*;?[ \t]*$")
# Magics and aliases that IPython takes without a percent sign.
_AUTOMAGIC = re.compile(
    r"(?m)^(?P<text>(?:ls|ll|cd|pwd|cat|cp|mv|rm|rmdir|mkdir|head|less|more|man|clear|whos?|env|run|load|load_ext"
    r"|reload_ext|matplotlib|pylab|time|timeit|history|reset|autoreload|tensorboard|lsmagic)\b[ \t]*[^\s=(.,:\[+*]"
    r"[^\n]*|ls|ll|pwd|whos?|clear|lsmagic)$"
)
# The separation of magics is quadratic in continued lines and in runs of blanks.
_MOST_CONTINUED = 2000
_BLANKS = re.compile(r"[ \t]{200,}")
_MOST_BLANKS = 20_000_000
MOST_CHARACTERS = 1024 * 1024

# What magics of one line are in Python.
_SETS_VARIABLE = re.compile(r"(?:set_)?env[ \t]+(?P<name>\w+)(?:[ \t]*=[ \t]*|[ \t]+)(?P<value>[^\s{}$][^{}$]*)$")
_CHANGES_FOLDER = re.compile(r"cd[ \t]+(?P<folder>/[^{}$]*|[\"']/[^{}$\"']*[\"'])$")
_RUNS_STATEMENT = re.compile(
    r"(?:time|timeit|prun|memit|lprun)[ \t]+(?:-[a-z](?:[ \t]*\d+)?[ \t]+)*(?P<code>[^\s-].*)$"
)


def may_have_magics(text: str) -> bool:
    """Whether a cell may have something of IPython; most have not, and need not be taken apart."""
    return _IPYTHON.search(text) is not None or _AUTOMAGIC.search(text) is not None


def separated(text: str) -> tuple[str, str, tuple[LineMagic, ...]]:
    """A cell's Python with its magics replaced, the name of a magic that governs it, and the magics."""
    name = ""
    governing = cell_magic(text)
    while governing is not None and governing.name in PYTHON_MAGICS:  # one may be below another
        name = name or governing.name
        lines = text.split("\n")
        lines[governing.line] = ""
        text = "\n".join(lines)
        governing = cell_magic(text)
    found = parse_cell(text)
    code = list(found.python)
    for magic in found.magics:
        if magic.mark == "%" and not magic.target and magic.first == magic.last:
            code[magic.first] = magic.indent + (_as_python(magic.text) or "pass")
    python = "\n".join(code)
    if _AUTOMAGIC.search(python) and isinstance(cell_tree(python), Fault):
        python = _AUTOMAGIC.sub(lambda match: "pass" if isinstance(syntax_tree(match[0]), Fault) else match[0], python)
    return python, name, found.magics


def _as_python(magic: str) -> str:
    """What a magic of one line does, in Python: ``%env A=b``, ``%cd /data``, ``%time model.fit(X)``; empty for others.

    Where IPython fills in a variable (``{x}``, ``$x``), it is not known.
    """
    if match := _SETS_VARIABLE.match(magic):
        return f"os.environ[{match['name']!r}] = {match['value'].strip()!r}"
    if match := _CHANGES_FOLDER.match(magic):
        folder = match["folder"].strip(" \t\"'")
        return f"os.chdir({folder!r})"
    match = _RUNS_STATEMENT.match(magic)
    if match is None:
        return ""
    code = f"0{' ' * (match.start('code') - 1)};{match['code']}"  # the mark is a column: what follows stays in its own
    return "" if isinstance(syntax_tree(code), Fault) else code


def too_long(text: str) -> str:
    """Why a cell is not taken apart: it would take too long; empty for all that a person writes."""
    if len(text) > MOST_CHARACTERS:
        return f"has more than {MOST_CHARACTERS // 1024:,} thousand characters"
    if len(text) > _MOST_CONTINUED and text.count("\\\n") > _MOST_CONTINUED:
        return f"has more than {_MOST_CONTINUED:,} continued lines"
    if "  " * 100 in text or "\t" * 100 in text:
        squares = sum(len(run) ** 2 for run in _BLANKS.findall(text))
        return "has too many blanks" if squares > _MOST_BLANKS else ""
    return ""
