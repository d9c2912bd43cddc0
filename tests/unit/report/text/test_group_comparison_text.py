"""Comparisons of groups in words."""

from __future__ import annotations

from bis.model.comparison import Direction, GroupComparison, GroupDifference, GroupFigures, MetricByGroup
from bis.report.text.group_comparison_text import groups_text

NET = GroupFigures(("net",), (0.9, 0.92), 0.91, 2, repeated=1, sd=0.01, low=0.8, high=1.0)
SVM = GroupFigures(("svm",), (0.8, 0.82), 0.81, 2, sd=0.01, low=0.7, high=0.9)
ONE = GroupFigures(("one",), (0.5,), 0.5, 1)
OPEN = GroupDifference(0, 1, 2, -0.1, -0.2, 0.01, 0.06, 0.06)


def found(
    *groups: GroupFigures, differences: tuple[GroupDifference, ...] = (), direction: Direction = Direction.UNKNOWN
) -> str:
    """The text of a comparison of these groups, 100 characters wide."""
    metric = MetricByGroup("acc", direction, groups, differences)
    left_out = {"failed": 2, "no-repeat": 1}
    return groups_text(
        GroupComparison(("params.model",), "params.seed", (metric,), 0.05, 5, ("exp",), left_out, nested=1), width=100
    )


def test_the_first_group_and_those_like_it_lead() -> None:
    """A group that was not tested is not called indistinguishable."""
    untested = GroupDifference(0, 2, 0, -0.4)
    text = found(NET, SVM, ONE, differences=(OPEN, untested))
    assert text.startswith(
        "acc: net is highest; not distinguishable from it: svm; not tested against it (too few runs,"
    )
    assert "one run only, so no spread: one" in text
    differs = GroupDifference(0, 1, 2, -0.1, -0.2, -0.01, 0.01, 0.01, differs=True)
    best = found(NET, SVM, differences=(differs,), direction=Direction.HIGHER)
    assert best.startswith("acc: net is best, and differs from the other group\n")
    assert found(SVM, NET, direction=Direction.LOWER).startswith("acc: svm is best (lowest)")


def test_tables_plots_and_counts() -> None:
    """Mean, spread and interval of each group, the pairs, and what was left out."""
    text = found(NET, SVM, differences=(OPEN,))
    lines = [line.split() for line in text.splitlines()]
    assert ["net", "2", "0.91", "0.01", "0.8", "..", "1"] in lines
    assert ["svm", "-", "net", "-0.1", "-0.2", "..", "0.01", "0.060", "2", "open"] in lines
    assert any("◆" in line for line in text.splitlines())
    assert "5 runs by params.model over params.seed, in exp" in text
    assert "2 runs left out: failed" in text
    assert "1 run left out: without a value of params.seed" in text
    assert "1 run of them nested in other runs" in text
    assert "1 run of net repeat a value of params.seed: runs with one value count once" in text


def test_no_group_and_one_group() -> None:
    """Nothing is compared."""
    nothing = GroupComparison(("params.model",), "", (), 0.05, 0)
    assert groups_text(nothing).startswith("nothing to compare: no run has all the keys of groups and ended well")
    assert found(NET).startswith("acc: one group only, net")


def test_many_pairs_are_counted() -> None:
    """All are shown where that is asked for."""
    groups = tuple(GroupFigures((f"g{i}",), (1.0, 2.0), 1.5, 2, sd=0.7) for i in range(7))
    differences = tuple(GroupDifference(i, j, 0, 0.0) for i in range(7) for j in range(i + 1, 7))
    metric = MetricByGroup("acc", Direction.UNKNOWN, groups, differences)
    comparison = GroupComparison(("model",), "", (metric,), 0.05, 14, ("exp", "other"))
    assert "and 6 more pairs (--full)" in groups_text(comparison)
    assert "more pairs" not in groups_text(comparison, full=True)
    assert "in 2 experiments" in groups_text(comparison)
