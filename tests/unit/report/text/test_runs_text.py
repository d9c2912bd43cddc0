"""Runs as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.stored_runs import RunSummary
from bis.report.text.runs_text import moment, print_runs, runs_named, runs_text

if TYPE_CHECKING:
    import pytest

JUDGED = {"bis.mode": "run", "bis.verdict": "bitwise", "bis.replays": "3"}
RUNS = (
    RunSummary("ab" * 16, "0", "Default", "bold", "FINISHED", 1.7e9, 1.7e9 + 1, JUDGED),
    RunSummary("cd" * 16, "0", "Default", "", "RUNNING", 1.6e9),
)
TABLE = """\
run       started (UTC)     name            status    bis  verdict  replays
abababab  2023-11-14 22:13  bold            FINISHED  run  bitwise        3
cdcdcdcd  2020-09-13 12:26                  RUNNING   -    -              -
"""


def test_runs_are_a_table() -> None:
    """A row each; what is not known is a dash."""
    assert [line.split() for line in runs_text(RUNS).splitlines()] == [line.split() for line in TABLE.splitlines()]
    assert max(len(line) for line in runs_text(RUNS * 20).splitlines()) <= 80


def test_a_listing_that_is_cut_says_so() -> None:
    """Where as many runs were found as were asked for."""
    assert runs_text(RUNS, limit=2).endswith("the latest 2; more with --limit\n")
    assert "--limit" not in runs_text(RUNS, limit=3)


def test_no_runs() -> None:
    """One line."""
    assert runs_text(()) == "no runs\n"


def test_it_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """On stdout, and times are in UTC."""
    print_runs(RUNS)
    assert "abababab" in capsys.readouterr().out
    assert moment(0) == "1970-01-01 00:00:00"


def test_many_runs_of_a_program_are_named_in_one_line() -> None:
    """The first one, which `bis show` takes, and how many more there are."""
    assert [runs_named(ids) for ids in ((), ("a",), ("a", "b"), tuple("abcdefg"))] == [
        "no run",
        "a",
        "a and 1 more run",
        "a and 6 more runs",
    ]
