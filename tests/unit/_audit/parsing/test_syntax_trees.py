from __future__ import annotations

import ast
import warnings

import pytest

from bis._audit.parsing.syntax_trees import Fault, longest_chain, most_fields, syntax_tree


def test_a_tree_allows_await_at_the_top() -> None:
    """Cells may await; warnings about the text are nobody's business here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(syntax_tree("await f('\\d')\nx = 1if 1else 2\n"), ast.Module)


@pytest.mark.parametrize(
    "text",
    [
        "print 'loss', x\n", "if x:\n    print x\n", "try:\n  a\nexcept E, e:\n  b\n", "raise E, 'no'\n",
        "exec code\n", "x = `y`\n", "if a <> b: pass\n", "x = 0777\n", "x = 10L\n", "x = ur'a'\n",
        "if a:\n\tprint 'x'\n        print 'y'\n",
    ],
)  # fmt: skip
def test_python_2_is_called_so(text: str) -> None:
    """What the parser stumbled over tells the language, not just that it is none."""
    fault = syntax_tree(text)
    assert isinstance(fault, Fault)
    assert (fault.kind, fault.detail[:10]) == ("python-2", "Python 2: ")


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        ("x = 1\nfor i in\n", "syntax", 2),
        ("'''print x'''\nx = (\n", "syntax", 2),
        ("a = 1\n<<<<<<< HEAD\nb = 1\n", "syntax", 2),
        ("x = '\0'\n", "syntax", None),
        ("\ud800 = 1\n", "syntax", None),
        ("(" * 300, "too-deep", 1),
        ("x = 1\n" * 200_000, "large", 0),
        ("f'" + "{a}" * 4000 + "'", "too-deep", 0),
    ],
)
def test_faults(text: str, kind: str, line: int | None) -> None:
    """Every other text that has no tree has a kind and a line."""
    fault = syntax_tree(text)
    assert isinstance(fault, Fault)
    assert fault.kind == kind
    assert line is None or fault.line == line


def test_longest_chain() -> None:
    """Operators count within one statement, over lines in brackets too; elements of a list do not add up."""
    assert longest_chain("a + b\nc + d; e + f\n") == 1
    assert longest_chain("(a\n+ b\n# - -\n+ '- - -'\n)") == 3
    assert longest_chain("x = a + \\\n b + c") == 2
    assert longest_chain("[" + "-1, " * 5000 + "]") == 2
    assert longest_chain("a" + "()" * 500) == 500
    assert longest_chain("'''\n" + "+ \n" * 100 + "'''") == 0
    assert longest_chain(")" * 10 + "(" * 1000) >= 1000


def test_most_fields() -> None:
    """Only braces of one formatted string count."""
    assert most_fields("f'{a}{b}' + rf'''{c}{d}{e}''' + '{}{}{}{}' + 'f{}{}{}{}'") == 3
