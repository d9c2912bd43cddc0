"""Files as modules: every part for itself."""

from __future__ import annotations

import pytest

from bis._audit.parsing.reading import read_module
from tests.unit._audit.small_projects import notebook


def test_a_script() -> None:
    """Calls with resolved names, imports' roots, lines of code, suppressions."""
    module = read_module(
        b"import mlflow.sklearn as ms\nfrom . import x\n\nms.log_model(1)  # bis: ignore[BIS104] no\n",
        is_notebook=False,
    )
    assert [call.api for call in module.calls] == ["mlflow.sklearn.log_model"]
    assert module.roots == {"mlflow"}
    assert module.code_lines == 3
    assert module.ignores == {(-1, 4): (("BIS104",), "no")}
    assert (module.cells, module.problems) == ((), ())


def test_a_notebook() -> None:
    """Cells with their numbers among all cells, counts and magics; names go from cell to cell."""
    text = notebook(
        "%pip install mlflow\nimport mlflow",
        "#md mlflow.log_param",
        "mlflow.log_param('a', 1)",
        "",
        counts=(3, None, 1),
    )
    module = read_module(text.encode(), is_notebook=True)
    assert [(call.api, call.cell, call.line) for call in module.calls] == [("mlflow.log_param", 2, 1)]
    assert [(cell.index, cell.count, cell.parsed, cell.empty) for cell in module.cells] == [
        (0, 3, True, False),
        (2, 1, True, False),
        (3, None, True, True),
    ]
    assert [(cell, line) for cell, line, _text in module.installs] == [(0, 1)]
    assert module.problems == ()


def test_a_cell_that_is_no_python_does_not_hide_the_others() -> None:
    """It is a problem with its cell, and the rest is read."""
    module = read_module(notebook("import mlflow", "def f(:", "mlflow.log_param('a', 1)").encode(), is_notebook=True)
    assert [call.api for call in module.calls] == ["mlflow.log_param"]
    assert [cell.parsed for cell in module.cells] == [True, False, True]
    assert [(kind, cell) for kind, _detail, cell, _line in module.problems] == [("syntax", 1)]


@pytest.mark.parametrize(
    "first",
    [
        "!pip install mlflow",
        "%matplotlib inline\n%pip install mlflow",
        "if True:\n    !pip install -q mlflow",
        "pip install mlflow",
    ],
)
def test_a_notebook_that_was_saved_as_a_script(first: str) -> None:
    """Commands and magics at the start of a line are read as in a cell: the rest is Python, installs count."""
    module = read_module(f"{first}\nimport mlflow\nmlflow.log_param('a', 1)\n".encode(), is_notebook=False)
    line = first.count("\n") + 1
    assert [(call.api, call.line) for call in module.calls] == [("mlflow.log_param", line + 2)]
    assert [(cell, at) for cell, at, _text in module.installs] == [(-1, line)]
    assert (module.problems, module.is_notebook) == ((), False)


@pytest.mark.parametrize("text", ["!pip install mlflow\ndef f(:\n", "def f(:\n", "x = y %\n%z z\n"])
def test_a_script_that_is_no_notebook_either(text: str) -> None:
    """What does not parse as a cell is a problem of the script as it is."""
    module = read_module(text.encode(), is_notebook=False)
    assert [kind for kind, *_where in module.problems] == ["syntax"]
    assert module.installs == ()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"print 'loss', x\n", "python-2"),
        (b"def f(:\n", "syntax"),
        (b"x = " + b"(" * 300 + b"1" + b")" * 300, "too-deep"),
        (b"import mlflow\0\n", "nul"),
    ],
)
def test_scripts_that_are_not_read(content: bytes, kind: str) -> None:
    """One problem, of a kind; no calls."""
    module = read_module(content, is_notebook=False)
    assert [problem[0] for problem in module.problems] == [kind]
    assert module.calls == ()


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"# nothing\n", b"\xff\xfe\x00"])
def test_files_with_next_to_nothing_in_them(content: bytes) -> None:
    """They are read, or are a problem; neither is an error."""
    for is_notebook in (False, True):
        assert read_module(content, is_notebook=is_notebook).calls == ()


def test_a_script_that_never_returns() -> None:
    """Where it waits for ever is told with its line."""
    module = read_module(b"f()\ng()\nwhile True:\n    h()\n", is_notebook=False)
    assert [line for line, _what in module.blocking] == [3]


def test_deep_expressions_are_a_problem_and_no_crash() -> None:
    """A chain that the parser takes and that is deeper than Python's stack."""
    module = read_module(b"f()\nx = a" + b".b()" * 900 + b"\n", is_notebook=False)
    assert [problem[0] for problem in module.problems] in ([], ["too-deep"])
    assert module.calls[0].path == "f"
