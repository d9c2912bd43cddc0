"""Verdicts are data: no module below the reports makes a sentence."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "src" / "bis"
MODULES = sorted(p for room in ("_verify", "stats") for p in (SOURCE / room).rglob("*.py"))
PROSE = re.compile(r"[A-Za-z]{2,}[,;:]? +[A-Za-z]{2,}")

# Texts that are no words of a verdict.
NAMED = {
    "identifiers.py": "forms of identifiers, and the names that MLflow generates",
    "library_lines.py": "lines that libraries print",
    "log_lines.py": "lines that libraries print",
    "quantities.py": "units that programs print",
    "published_table.py": "parts of the messages of errors about a table",
    "stderr_lines.py": "a pattern for lines of other programs",
    "table_comparison.py": "a part of the message of an error about a name",
    "rank.py": "a name in the message of an error",
    "record_diff.py": "names of facts in `bis diff`, which are keys that both sides share: not yet codes",
}


def prose_in(tree: ast.Module) -> list[str]:
    """Texts of two words or more that are no docstring and no message of an error."""
    passed_over: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise):
            passed_over |= {id(n) for n in ast.walk(node)}
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(first, ast.Expr):
            passed_over.add(id(first.value))
        passed_over |= {id(n.value) for n in ast.walk(node) if isinstance(n, ast.Expr)}
    constants = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in passed_over]
    return [n.value for n in constants if isinstance(n.value, str) and PROSE.search(n.value)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_text_of_several_words(path: Path) -> None:
    """Words are made in `bis.report`, so that another language needs no change here."""
    found = prose_in(ast.parse(path.read_text(encoding="utf-8")))
    assert bool(found) == (path.name in NAMED), found


def test_prose_is_recognised() -> None:
    """The check finds a sentence in a value, and lets docstrings and messages of errors pass."""
    code = (
        '"""Some words here."""\ndef f():\n    """More words."""\n    raise ValueError("no such thing")\n'
        'x = f"p of {1} runs here"\n'
    )
    assert prose_in(ast.parse(code)) == [" runs here"]
