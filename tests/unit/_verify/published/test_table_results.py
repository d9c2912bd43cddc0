"""Two tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._verify.published.html_tables import HtmlTable
from bis._verify.published.table_results import compare_html_tables
from bis._verify.tolerances import Tolerances

if TYPE_CHECKING:
    from bis._verify.published.text_results import ResultTally


def compared(columns: tuple[str, ...], saved: tuple[str, ...], now: tuple[str, ...]) -> ResultTally:
    """Two tables of one row."""
    a, b = (HtmlTable(columns, ("0",), (row,)) for row in (saved, now))
    return compare_html_tables(a, b, tolerances=Tolerances())


def test_cells_are_compared_one_by_one() -> None:
    """A figure that differs has the names of its column and row."""
    tally = compared(("alpha", "r2", "model"), ("0.1", "0.45", "forest"), ("0.1", "0.46", "forest"))
    assert (tally.same, [one.label for one in tally.others]) == (2, ["r2, 0"])


def test_values_and_missing_values() -> None:
    """Another word, and a figure that became NaN."""
    tally = compared(("model", "auc", "f1"), ("forest", "0.5", "NaN"), ("svm", "NaN", "nan"))
    assert (tally.same, [one.label for one in tally.others]) == (1, ["model, 0", "auc, 0"])


def test_empty_cells_and_objects() -> None:
    """They are the same, and no results; a cell that is filled now differs."""
    assert compared(("a", "b"), ("", "<Axes: >"), ("", "<Axes: >")).results == 0
    assert len(compared(("a",), ("",), ("0.5",)).others) == 1


def test_columns_about_the_surroundings() -> None:
    """As `mlflow.search_runs` shows them."""
    columns = ("run_id", "start_time", "artifact_uri", "tags.mlflow.user", "metrics.r2", "source")
    before = ("a" * 32, "2024-02-01 12:00:00", "file:///C:/x", "me", "0.5", "/home/me/x.py")
    after = ("b" * 32, "2026-02-01 12:00:00", "/srv/mlruns", "you", "0.5", "/srv/x.py")
    tally = compared(columns, before, after)
    assert (tally.same, tally.others) == (1, [])


def test_other_shapes_are_one_difference() -> None:
    """More rows, or other columns."""
    a, b = HtmlTable(("x",), ("0",), (("1",),)), HtmlTable(("x",), ("0", "1"), (("1",), ("2",)))
    for other in (b, HtmlTable(("y",), ("0",), (("1",),))):
        tally = compare_html_tables(a, other, tolerances=Tolerances())
        assert (tally.same, len(tally.others)) == (0, 1)


def test_rows_with_other_names() -> None:
    """Sorted by a score, the best comes first."""
    a, b = (HtmlTable(("auc",), names, (("0.5",), ("0.5",))) for names in (("svm", "tree"), ("tree", "svm")))
    assert len(compare_html_tables(a, b, tolerances=Tolerances()).others) == 2
