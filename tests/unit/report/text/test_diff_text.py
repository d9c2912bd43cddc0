"""Differences as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.facets import Status
from bis.model.record_difference import Change, FacetDifference, Likeness, MetricDifference, RecordDifference
from bis.report.text.diff_text import diff_text, print_difference

if TYPE_CHECKING:
    import pytest

OK = Status.RECORDED
DIFFERENCE = RecordDifference(
    "0123",
    "4567",
    (
        FacetDifference("code", Likeness.SAME_AS_FAR, OK, Status.PARTIAL, reasons=("B: loaded late",)),
        FacetDifference("parameters", Likeness.DIFFERS, OK, OK, (Change("lr", "0.1", ""),)),
        FacetDifference("data", Likeness.NOT_RECORDED, OK, Status.MISSING, reasons=("not recorded in B",)),
        FacetDifference("outputs", Likeness.SAME, OK, OK),
    ),
    (
        MetricDifference("mse", Likeness.DIFFERS, "0.3", "0.30000000000000004", 1, 1.9e-16, 1, 1, 0),
        MetricDifference("r2", Likeness.SAME, "0.5", "0.5", 0, 0.0, 1),
        MetricDifference("auc", Likeness.NOT_RECORDED, "0.5", None),
    ),
)

TEXT = """\
the runs differ in parameters; cannot be compared in data; 2 of 3 metrics differ
A: run 0123
B: run 4567

code        same as far as recorded  B: loaded late
parameters  differs                  1 change
data        not recorded             not recorded in B
outputs     same
  ! B: loaded late

parameters:
  lr  0.1  ->  (not there)

metric    A                    B  distance
mse     0.3  0.30000000000000004  1 ULP, 1.9e-16 relative
r2      0.5                  0.5  same bits
auc     0.5         (not logged)  not recorded
"""


def test_a_difference_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    """Facets, changes, metrics; nothing that was not recorded is called the same."""
    assert diff_text(DIFFERENCE) == TEXT
    print_difference(DIFFERENCE)
    assert capsys.readouterr().out == TEXT


def test_many_changes_are_cut() -> None:
    """Twelve are shown, all when asked for."""
    changes = tuple(Change(f"p{i:02}", "1", "2") for i in range(20))
    facet = FacetDifference("parameters", Likeness.DIFFERS, OK, OK, changes)
    assert "and 8 more" in diff_text(RecordDifference("a", "b", (facet,)))
    assert "p19" in diff_text(RecordDifference("a", "b", (facet,)), full=True)


def test_no_difference() -> None:
    """All facets recorded and the same."""
    facet = FacetDifference("code", Likeness.SAME, OK, OK)
    assert diff_text(RecordDifference("a", "b", (facet,))).startswith("the runs are the same in all facets\n")
