"""Code for a newer Python, read by an older one."""

from __future__ import annotations

import ast
import sys
import time

import pytest

from bis._audit.parsing.newer_syntax import as_older
from bis._audit.parsing.syntax_trees import Fault, syntax_tree


@pytest.mark.parametrize(
    ("text", "older"),
    [
        ('print(f"loss: {best["loss"]}")', "print(f\"loss: {best['loss']}\")"),
        ("print(f'{best['loss']:.3f} {rows['n']!r}')", 'print(f\'{best["loss"]:.3f} {rows["n"]!r}\')'),
        ('f"{a["b"]:>{c["d"]}}"', "f\"{a['b']:>{c['d']}}\""),
        ("f\"{'\\n'.join(rows)}\"", "f\"{'  '.join(rows)}\""),
        ('f"{{{a["b"]}}} {c}"', "f\"{{{a['b']}}} {c}\""),
        ('f"{f"{a}"}"', "f\"{f'{a}'}\""),
        ('f"{ {"a": 1}["a"] }"', "f\"{ {'a': 1}['a'] }\""),
        ("type Rows = list[int]", "Rows      = list[int]"),
        ("  type Pair[T] = tuple[T, T]", "  Pair         = tuple[T, T]"),
        ("def first[T](rows: list[T]) -> T: ...", "def first   (rows: list[T]) -> T: ..."),
        ("class Box[T: (int, dict[str, int])]: ...", "class Box                          : ..."),
        ("async def f[**P](): ...", "async def f     (): ..."),
        ("try:\n    a()\nexcept* ValueError:\n    b()", "try:\n    a()\nexcept  ValueError:\n    b()"),
    ],
)
def test_what_only_newer_ones_read(text: str, older: str) -> None:
    """Each is as long as it was, and is parsed by any Python."""
    assert as_older(text) == older
    assert len(text) == len(older)
    assert isinstance(syntax_tree(text.strip()), ast.Module)


@pytest.mark.parametrize(
    "text",
    [
        'print(f"{a[\'b\']}", \'c\')  # f"{a["b"]}"',
        'x = "{a["  + "]}"',
        "type = 3\ntype == 4\ntype(a)[0] = 5\nnames = a[b](c)",
        "d = {'type': 'x'}\nprint('''f\"{''')",
        "f'{{a}} {b!r:{c}}' rb'\\n'",
        "def f(a: list[int]): ...\nclass A(B[int]): ...",
    ],
)
def test_what_all_read_stays(text: str) -> None:
    """Comments, texts that are not formatted, and names that are words only before others."""
    assert as_older(text) == text


@pytest.mark.parametrize(
    "text",
    ['f"{a["b]}"', 'f"{', 'f"{a[', "f'{a:{b:{c", 'f"{a}', "def f(:\n", 'print f"{a["b"]}"'],
)
def test_what_is_no_python_stays_a_fault(text: str) -> None:
    """Nothing is read that is not there."""
    assert isinstance(syntax_tree(text), Fault)


def test_three_strings_within_each_other() -> None:
    """There are two kinds of quotes: what would need a third one is left to newer Pythons."""
    assert isinstance(syntax_tree('f"{f"{a["b"]}"}"'), Fault) is (sys.version_info < (3, 12))


def test_the_fault_is_that_of_the_text() -> None:
    """Where it is no Python either way, what is told is about what is written."""
    found = syntax_tree('a = f"{b["c"]}"\nd = = 3\n')
    assert isinstance(found, Fault)
    assert found.kind == "syntax"


def test_long_texts_take_no_time() -> None:
    """Nested fields and brackets that are never closed are gone through once."""
    start = time.process_time()
    for text in ("f'{a:" * 20_000, "f\"{'" * 20_000, "def f" + "[" * 100_000, "type a" + "[]" * 50_000, "{" * 100_000):
        as_older(text)
    assert time.process_time() - start < 5
