"""A cell's magics, and its Python."""

from __future__ import annotations

import ast

import pytest

from bis.notebooks.cell_syntax import cell_magic, parse_cell, parse_python


def test_magics_are_separated_from_python() -> None:
    """Lines keep their numbers; a magic leaves a statement in its place, and its target stays bound."""
    syntax = parse_cell("import os\n%time f()\nx = !ls \\\n  -l\nif y:\n    !pip list\n")
    assert [(m.first, m.last, m.mark, m.target) for m in syntax.magics] == [
        (1, 1, "%", ""), (2, 3, "!", "x"), (5, 5, "!", ""),
    ]  # fmt: skip
    assert syntax.python == ("import os", "pass", "x = None", "", "if y:", "    pass", "")
    assert isinstance(parse_python(syntax.python), ast.Module)


@pytest.mark.parametrize("text", ["x = '''\n!ls\n'''", "x = (1\n%2)", "# !ls", "x = 7 \\\n%2", "s = '!ls'"])
def test_what_only_looks_like_a_magic_is_python(text: str) -> None:
    """Lines of a string, a bracket or a continued statement are not magics."""
    syntax = parse_cell(text)
    assert (syntax.magics, "\n".join(syntax.python)) == ((), text)


def test_a_magic_that_governs_the_cell() -> None:
    """It is known by its name and what follows; of its own line nothing remains."""
    governing = cell_magic("\n%%bash -e\nls\n")
    assert governing is not None
    assert (governing.name, governing.line) == ("bash", 1)
    assert parse_cell("%%time\nf()").python == ("", "f()")
    assert cell_magic("x = 1\n%%bash\n") is None


def test_await_is_python_at_the_top_of_a_cell() -> None:
    """As in IPython; half-written code is not Python."""
    assert parse_python(["await f()"]) is not None
    assert parse_python(["def f(:"]) is None
