"""Commands of a shell line, and what speaks against running them."""

from __future__ import annotations

import pytest

from bis.notebooks.shell_commands import Ground, line_objection, objection, split_commands, without_objectionable

ALL = frozenset(Ground)


def test_a_line_is_split_at_operators_outside_of_quotes() -> None:
    """Each command with its words; one that runs in the background says so."""
    found = split_commands("cd a && echo 'b; c' | wc; sleep 5 &")
    assert [command.words for command in found] == [("cd", "a"), ("echo", "b; c"), ("wc",), ("sleep", "5")]
    assert [command.background for command in found] == [False, False, False, True]


@pytest.mark.parametrize(
    ("line", "ground"),
    [
        ("mlflow ui", Ground.BLOCKING),
        ("FOO=1 python -m mlflow server --port 5000", Ground.BLOCKING),
        ("uv run mlflow ui", Ground.BLOCKING),
        ("pip install mlflow", Ground.INSTALL),
        ("python3 -m pip install -q mlflow", Ground.INSTALL),
        ("cd x && pip install mlflow", Ground.INSTALL),
        ("mlflow run .", None),
        ("pip list", None),
        ("echo 'mlflow ui'", None),
        ("", None),
    ],
)
def test_objections(line: str, ground: Ground | None) -> None:
    """Servers never return, installations change the environment; commands that look alike are left."""
    against = line_objection(line)
    assert (against.ground if against is not None else None) is ground


def test_the_rest_of_a_line_runs() -> None:
    """Only the command that is objected to is replaced; of other grounds nothing is."""
    line, against = without_objectionable("cd a && pip install b && ls", ALL)
    assert line == "cd a && true && ls"
    assert against is not None
    assert without_objectionable("pip install b", frozenset({Ground.BLOCKING})) == ("pip install b", None)


def test_nothing_speaks_against_no_words() -> None:
    """Nor against assignments alone."""
    assert objection(()) is None
    assert objection(("A=1",)) is None
