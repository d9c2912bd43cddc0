from __future__ import annotations

import ast
import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bis._audit.parsing.source import Part, Source, load, parse_source, tree_of
from bis.model.project_audit import Problem

if TYPE_CHECKING:
    from pathlib import Path


def _code(source: str | list[str], **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": [], "execution_count": None, "metadata": {}, **more}


def _notebook(*cells: Any, **metadata: Any) -> Source:
    document = {"cells": [_code(c) if isinstance(c, str) else c for c in cells], "metadata": metadata, "nbformat": 4}
    return parse_source(json.dumps(document).encode(), is_notebook=True)


def _script(content: bytes) -> Source:
    return parse_source(content, is_notebook=False)


def _kinds(source: Source) -> list[tuple[str, int, int]]:
    return [(kind, cell, line) for kind, _detail, cell, line in source.problems]


# Loading


def test_load_reads_a_file_whole(tmp_path: Path) -> None:
    """The content comes as it is."""
    (tmp_path / "a.py").write_bytes(b"x\r\n" * 100_000)
    (tmp_path / "empty.py").touch()
    assert load(tmp_path, "a.py") == b"x\r\n" * 100_000
    assert load(tmp_path, "empty.py") == b""


def test_load_refuses_what_is_no_ordinary_file(tmp_path: Path) -> None:
    """Links, pipes, folders, files that are missing, too large or elsewhere: each is a problem, none is waited for."""
    (tmp_path / "big.py").write_bytes(b" " * 2000)
    (tmp_path / "link.py").symlink_to("big.py")
    (tmp_path / "folder.py").mkdir()
    os.mkfifo(tmp_path / "pipe.py")
    names = (
        "big.py",
        "link.py",
        "folder.py",
        "pipe.py",
        "missing.py",
        "../x.py",
        "/etc/hostname",
        "a\0b.py",
        "big.py/x",
    )
    found = [load(tmp_path, name, max_file_mib=0.001) for name in names]
    assert [problem.kind for problem in found if isinstance(problem, Problem)] == [
        "large", "unreadable", "special", "special", *["unreadable"] * 5,
    ]  # fmt: skip


# Scripts


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xef\xbb\xbfx = '\xc3\xa9'\r\ny = 2\rz = 3\n", "x = 'é'\ny = 2\nz = 3\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n", None),
        (b"# coding: gbk\nx = '\xc4\xe3'\n", "# coding: gbk\nx = '你'\n"),
        (b"# coding: utf-8-unix\nx = 1\n", "# coding: utf-8-unix\nx = 1\n"),
        (b"x = 1\n\x0cy = 2\n", "x = 1\n\x0cy = 2\n"),
    ],
)
def test_encodings_that_python_reads(content: bytes, text: str | None) -> None:
    """Marks and cookies are obeyed, and lines end in one way."""
    source = _script(content)
    assert source.problems == []
    assert text is None or source.parts[0].text == text
    assert isinstance(tree_of(source.parts[0]), ast.Module)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"x = 1\ny = '\xe9'\n", 2),
        (b"# coding: utf-8\ny = '\xe9'\n", 2),
        (b"# coding: ascii\n\ny = '\xe9'\n", 3),
        (b"# coding: punycode\ny = 1\n", 1),
        (b"# coding: no-such-thing\ny = 1\n", 1),
        ("x = 1\n".encode("utf-16"), 1),
    ],
)
def test_encodings_that_python_refuses(content: bytes, line: int) -> None:
    """A file in another encoding than it says is noted, and read all the same."""
    source = _script(content)
    assert _kinds(source) == [("encoding", -1, line)]
    assert isinstance(tree_of(source.parts[0]), ast.Module)


def test_nul_bytes() -> None:
    """A file with NUL bytes is not Python, and the line is told."""
    source = _script(b"x = 1\ny = '\0'\n")
    assert (_kinds(source), source.parts) == ([("nul", -1, 2)], [])


def test_lines_of_code_and_endless_loops_of_scripts() -> None:
    """Blank lines and comments are no code; loops that never end are found, servers are a script's own business."""
    part = _script(b"# a\n\nimport uvicorn\nuvicorn.run(app)\nwhile True:\n    pass  # b\n").parts[0]
    assert (part.lines, part.empty, part.line_count) == (4, False, 7)
    assert part.blocking == ((5, "never ends: while True"),)
    assert _script(b"# only\n").parts[0].empty


def test_mentions_in_scripts() -> None:
    """The study's substrings count wherever they stand; twenty places are kept, and the number of all."""
    source = _script(b"# mlflow.log_param\n'autolog'\nlog_metrics()\n" + b"log_params\n" * 50)
    assert source.mentions[:4] == ((-1, 1), (-1, 2), (-1, 3), (-1, 4))
    assert (len(source.mentions), source.mentioned) == (20, 53)
    assert _script(b"log = 1\n").mentions == ()


# Notebooks


def test_cells_of_a_notebook() -> None:
    """Code cells come with their index among all, count and outputs; others are passed over."""
    source = _notebook(
        {"cell_type": "markdown", "source": "# mlflow"},
        _code(["x = 1\n", "y = 2"], execution_count=3, outputs=[{"text": "2"}]),
        _code("# nothing\n", execution_count=True),
        _code("z = 3", execution_count=0),
    )
    assert source.problems == []
    assert source.parts == [
        Part("x = 1\ny = 2", cell=1, count=3, has_outputs=True, lines=2),
        Part("# nothing\n", cell=2, empty=True),
        Part("z = 3", cell=3, lines=1, is_number_zero=True),
    ]


def test_magics_become_pass() -> None:
    """A cell's Python keeps its lines; magics, help and shell lines are stood in for, and told."""
    part = _notebook(
        "%%time\n%matplotlib inline\n!pip install x \\\n  y\nfiles = !ls\nx?\nz = 5 % 2\n'''\n%no\n'''"
    ).parts[0]
    assert part.text == "\npass\npass\n\nfiles = None\npass\nz = 5 % 2\n'''\n%no\n'''"
    assert part.cell_magic == "time"
    assert part.magics == ((2, "matplotlib inline"), (3, "pip install x \\\n  y"), (5, "ls"))
    assert part.installs == ((3, "pip install x \\\n  y"),)


@pytest.mark.parametrize(
    "cell",
    ["%%bash\nls\n", "%%writefile a.py\nimport x\n", "%%html\n<b>", "%%R\nx <- 1", "\n%%sql\nselect", "%md\n# Title\n"],
)
def test_cells_of_other_languages_have_no_text(cell: str) -> None:
    """What a magic takes for something else than Python is no code here, but its lines stay."""
    part = _notebook(cell).parts[0]
    assert part.text == "\n" * cell.count("\n")
    assert part.cell_magic


def test_databricks_cells() -> None:
    """One percent sign governs a cell of Databricks; in other notebooks a magic with text is one line."""
    cell = "%sql select 1\nfrom x\n"
    assert _notebook(cell, **{"application/vnd.databricks.v1+notebook": {}}).parts[0].text == "\n\n"
    assert _notebook("%sql select 1\ny = 2").parts[0].text == "pass\ny = 2"


def test_magics_below_one_another_and_without_percent() -> None:
    """Two magics may govern a cell of Python; aliases are replaced only where the cell is not Python otherwise."""
    first, second, third = _notebook("%%capture\n%%time\nx = 1", "cd data\nls x\nx = 1", "'''\ncd data\n'''\npwd").parts
    assert first.text == "\n\nx = 1"
    assert second.text == "pass\npass\nx = 1"
    assert third.text == "'''\ncd data\n'''\npwd"


def test_blocking_cells() -> None:
    """Servers in the foreground and endless loops are told with their lines; those in the background are not."""
    source = _notebook("import uvicorn", "x = 1\n!mlflow ui", "!mlflow ui &", "%%bash\nmlflow ui", "uvicorn.run(app)")
    assert [tuple(line for line, _why in part.blocking) for part in source.parts] == [(), (2,), (), (2,), (1,)]
    assert _notebook("%%bash --bg\nmlflow ui").parts[0].blocking == ()
    assert _notebook("while True:\n    x = 1").parts[0].blocking == ((1, "never ends: while True"),)


def test_half_written_cells_spoil_only_themselves() -> None:
    """One cell's fault is told with the cell and line; the others have trees."""
    parts = _notebook("x = (", "await f()", "print 'x'", "x = '\0'").parts
    trees = [tree_of(part) for part in parts]
    assert [t[:1] + t[2:] for t in trees if isinstance(t, tuple)] == [("syntax", 0, 1), ("python-2", 2, 1)]
    assert parts[3].text == ""


def test_cells_that_are_none() -> None:
    """Cells without a source or type, or of the wrong type, are problems; the rest goes on."""
    source = _notebook(3, None, {"cell_type": "code"}, {"source": "x"}, _code([1, "x = 1"]), "y = 2")  # type: ignore[list-item]
    assert _kinds(source) == [("notebook", index, 0) for index in range(4)]
    assert [part.text for part in source.parts] == ["x = 1", "y = 2"]


def test_format_3() -> None:
    """Notebooks of IPython's time have worksheets, and cells with ``input`` and ``prompt_number``."""
    cell = {"cell_type": "code", "input": ["x = 1"], "language": "python", "prompt_number": 2, "outputs": []}
    source = parse_source(json.dumps({"worksheets": [{"cells": [cell]}], "nbformat": 3}).encode(), is_notebook=True)
    assert source.parts == [Part("x = 1", cell=0, count=2, lines=1)]


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({"kernelspec": {"name": "ir", "language": "R"}}, "R"),
        ({"language_info": {"name": "julia"}}, "julia"),
        ({"kernelspec": {"name": "ir"}}, "ir"),
        ({"kernelspec": {"name": "my-env", "display_name": "R"}}, ""),
        ({"kernelspec": {"name": "irene_env", "language": "python"}}, ""),
        ({"kernelspec": {"name": "python2"}, "language_info": 5}, ""),
        ({"kernelspec": []}, ""),
    ],
)
def test_languages(metadata: dict[str, Any], language: str) -> None:
    """A notebook for another language is a problem and has no parts; one that does not say is for Python."""
    source = _notebook("x <- 1", **metadata)
    assert (source.language, bool(source.parts)) == (language, not language)
    assert [kind for kind, *_rest in source.problems] == ["language"] * bool(language)


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"", "an empty file"),
        (b"{", "not JSON: "),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "it has no list of cells"),
        (b'{"cells": {}}', "it has no list of cells"),
        (b'{\n<<<<<<< HEAD\n "cells": []}', "an unresolved merge conflict"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a pointer of Git LFS"),
    ],
)
def test_what_is_no_notebook(content: bytes, detail: str) -> None:
    """The reason says what was found instead."""
    (problem,) = parse_source(content, is_notebook=True).problems
    assert problem[0] == "notebook"
    assert problem[1].startswith(detail)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32-le"])
def test_encodings_of_notebooks(encoding: str) -> None:
    """JSON in any of Unicode's encodings is read."""
    source = parse_source(
        json.dumps({"cells": [_code("x = 'é'")]}, ensure_ascii=False).encode(encoding), is_notebook=True
    )
    assert (source.problems, source.parts[0].text) == ([], "x = 'é'")


def test_odd_json() -> None:
    """Duplicate keys, NaN, integers of any length, lone surrogates and bytes that are no UTF-8 lose no cell."""
    text = '{"cells": [], "a": NaN, "b": %s, "cells": [{"cell_type": "code", "source": "x = \'\\ud800\'"}]}' % (
        "9" * 9000
    )
    assert parse_source(text.encode(), is_notebook=True).parts[0].text == "x = '\ufffd'"
    source = parse_source(b'{"cells": [{"cell_type": "code",\n "source": "x = \'\xe9\'"}]}', is_notebook=True)
    assert (_kinds(source), source.parts[0].text) == ([("encoding", -1, 2)], "x = '\ufffd'")


def test_mentions_in_notebooks() -> None:
    """Places are lines of cells of any kind; line 0 stands for outputs, cell -1 for the notebook's metadata."""
    source = _notebook(
        {"cell_type": "markdown", "source": "a\nlog_metric"},
        _code("# autolog\n\nlog_param()", outputs=[{"data": {"text/plain": ["x", "log_param"]}}]),
        _code("x", outputs=[{"text": "autolog"}]),
        tags=["autolog"],
    )
    assert source.mentions == ((-1, 0), (0, 2), (1, 1), (1, 3), (1, 0), (2, 0))
    assert source.mentioned == 6


@pytest.mark.parametrize(
    "cell", ["!x\n" + "# \\\n" * 5000, "%x\n" + ("a" + " " * 9000 + "b\n") * 100, "!" + "x" * 2**21]
)
def test_cells_that_would_take_too_long(cell: str) -> None:
    """A cell made to slow the separation of magics down is refused, and keeps its lines."""
    source = _notebook(cell, "x = 1")
    assert _kinds(source) == [("large", 0, 0)]
    assert [part.text for part in source.parts] == ["\n" * cell.count("\n"), "x = 1"]


def test_notebooks_with_too_much_code() -> None:
    """Beyond some megabytes of code, a notebook is not read on; large outputs do not matter."""
    source = _notebook(*["x = 1\n" * 150_000] * 6)
    assert _kinds(source) == [("large", 4, 0)]
    assert len(source.parts) == 4
    assert _notebook(_code("x = 1", outputs=[{"data": {"image/png": "A" * 6_000_000}}])).problems == []


# Anything at all

_PIECES = st.sampled_from(
    [
        "%%time\n", "%%bash\n", "%", "!", "?", "\n", "    ", "\t", "\r", "\f", "\\", "\\\n", "'''", '"', "(", "]", "{",
        "x = 1", "while True:", "uvicorn.run(a)", "!mlflow ui", "import os as o\n", "def f():\n", "print x", "lambda:",
        "é", "\ud800", "\0", "pip install x", "cd ..", "f'{x!r:>{y}}'", "await ",
        "match x:\n case [", "# coding: utf-7\n",
        "\u2028", "%sql\n", "; ",
    ]
)  # fmt: skip
_TEXTS = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=12).map("".join))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["source", "cells", "name", "a"]), inner)
    ),
    max_leaves=6,
)
_ORDINARY = settings(
    max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)


def _survives(content: bytes, *, is_notebook: bool) -> Source:
    source = parse_source(content, is_notebook=is_notebook)
    for part in source.parts:
        tree = tree_of(part)
        assert isinstance(tree, (ast.Module, tuple))
        assert all(1 <= line <= part.line_count for line, _what in (*part.blocking, *part.installs, *part.magics))
    return source


@_ORDINARY
@given(
    st.one_of(st.binary(max_size=200), _TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))), st.booleans()
)
def test_any_bytes(content: bytes, is_notebook: bool) -> None:
    """No content of a script or notebook raises."""
    _survives(content, is_notebook=is_notebook)


@_ORDINARY
@given(st.lists(_TEXTS, max_size=4))
def test_any_cells_keep_their_lines(texts: list[str]) -> None:
    """Whatever stands in a cell, its Python has as many lines."""
    source = _survives(json.dumps({"cells": [_code(text) for text in texts]}).encode(), is_notebook=True)
    expected = [text.replace("\r\n", "\n").replace("\r", "\n").count("\n") for text in texts]
    assert [part.text.count("\n") for part in source.parts] == expected


@_ORDINARY
@given(
    st.lists(
        st.tuples(st.sampled_from(["cell_type", "source", "outputs", "execution_count", "metadata"]), _JSON), max_size=3
    ),
    _JSON,
)
def test_ill_typed_notebooks(changes: list[tuple[str, Any]], metadata: Any) -> None:
    """A notebook with anything in the place of anything does not raise."""
    cells = [
        _code("import mlflow\nmlflow.autolog()"),
        {**_code("x = 1"), **dict(changes)},
        *(value for _key, value in changes),
    ]
    source = _survives(json.dumps({"cells": cells, "metadata": metadata}).encode(), is_notebook=True)
    if not source.language:
        assert source.parts[0].text == "import mlflow\nmlflow.autolog()"


@_ORDINARY
@given(st.integers(0, 10**6), st.binary(min_size=0, max_size=4), st.integers(0, 40))
def test_damaged_notebooks(position: int, put: bytes, removed: int) -> None:
    """A real notebook with bytes changed anywhere does not raise."""
    cells = [_code(["%matplotlib inline\n", "x = [1,\n", " 2]\n"]), _code("!mlflow ui\n", outputs=[{"text": "é"}])]
    content = json.dumps({"cells": cells, "metadata": {"kernelspec": {"name": "python3"}}}, ensure_ascii=False).encode()
    start = position % len(content)
    _survives(content[:start] + put + content[start + removed :], is_notebook=True)
