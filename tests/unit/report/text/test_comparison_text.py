"""Comparisons of two runs in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis.model.comparison import (
    ComparedRun,
    ComparisonDesign,
    Direction,
    MetricComparison,
    MetricResult,
    RunComparison,
)
from bis.model.role import Role
from bis.model.statement import StatementCode, statement
from bis.model.verdict import Deviation
from bis.report.text.comparison_text import comparison_text, metric_words

OPEN = MetricComparison(
    "acc",
    MetricResult.OPEN,
    a=(0.8, 0.81, 0.82),
    b=(0.81, 0.82, 0.83),
    mean_a=0.81,
    mean_b=0.82,
    difference=0.01,
    sd_a=0.01,
    sd_b=0.01,
    low=-0.01,
    high=0.03,
    p_value=0.2,
    p_adjusted=0.4,
    superiority=0.7,
    superiority_low=0.4,
    superiority_high=0.95,
    detectable_shift=0.03,
    needed=20,
)
HIGHER = replace(OPEN, result=MetricResult.B_HIGHER, p_value=0.01, p_adjusted=0.01, needed=None)


def found(*metrics: MetricComparison, **changes: object) -> RunComparison:
    """A comparison with these metrics."""
    made = RunComparison(
        ComparedRun("a" * 32, "first", 3),
        ComparedRun("b" * 32, "", 3, failed=1, earlier=2),
        ComparisonDesign.UNPAIRED,
        metrics,
        alpha=0.05,
        gamma=0.75,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # of its fields


@pytest.mark.parametrize(
    ("metric", "first"),
    [
        (OPEN, "no difference shown: in acc, which is not that there is none"),
        (HIGHER, "B is higher: acc"),
        (replace(HIGHER, direction=Direction.LOWER), "A is better: acc"),
        (replace(HIGHER, result=MetricResult.A_HIGHER), "A is higher: acc"),
        (replace(OPEN, result=MetricResult.SAME), "no difference: all replays have the same values in acc"),
        (replace(OPEN, result=MetricResult.EQUIVALENT, margin=0.1), "equivalent: acc within the declared margin"),
    ],
)
def test_the_answer_comes_first(metric: MetricComparison, first: str) -> None:
    """In the words of the guide."""
    assert comparison_text(found(metric), width=120).splitlines()[0] == first


def test_an_open_question_says_what_would_have_been_noticed_and_what_would_decide() -> None:
    """With the p-value and whether it is corrected."""
    assert metric_words(OPEN, found(OPEN)) == (
        "no difference shown (p = 0.400, corrected for all metrics); 3 replays of each notice a difference of 0.03 "
        "with 80 % power; about 20 would decide, if the true difference is the one that was found"
    )


def test_a_difference_says_how_often_the_better_one_wins() -> None:
    """One that wins less often than is worth having is called so."""
    assert metric_words(HIGHER, found(HIGHER)) == (
        "B is higher (p = 0.010); it wins in about 70 % of the cases (interval 0.40 .. 0.95)"
    )
    rare = replace(HIGHER, superiority=0.6, superiority_low=0.55, superiority_high=0.7)
    assert metric_words(rare, found(rare)).endswith(
        "; but it wins in about 60 % of the cases (interval 0.55 .. 0.70), less often than 75 %"
    )


def test_an_exact_difference_has_no_statistics() -> None:
    """No p-value and no interval."""
    exact = MetricComparison(
        "acc", MetricResult.B_HIGHER, a=(1.0,), b=(2.0,), mean_a=1.0, mean_b=2.0, difference=1.0, exact=True
    )
    assert metric_words(exact, found(exact)) == "B is higher, exactly by 1"


def test_runs_design_notes_and_deviations_are_shown() -> None:
    """Who was replayed how often, what pairs share, what was changed."""
    text = comparison_text(
        found(
            replace(OPEN, primary=True, left_out_b=1),
            design=ComparisonDesign.PAIRED,
            shared=(Role.SPLIT, Role.INIT),
            statements=(statement(StatementCode.COMPARED_COPIES, run="A"),),
            deviations=(Deviation("seeds", "as set", "drawn", "why"),),
        ),
        width=100,
    )
    assert f"A {'a' * 32} first: 3 replays\n" in text
    assert f"B {'b' * 32}: 3 replays, 1 failed, 2 of them or of the failed made before\n" in text
    assert "paired: in each pair both draw the same for data split, initialisation" in text
    assert "acc *" in text
    assert "copies of one result" in text
    assert "seeds: as set -> drawn (why)" in text
    assert "without a finite value: 0 of A, 1 of B" in text


def test_nothing_to_compare() -> None:
    """No metric in common; no replay that ended."""
    assert comparison_text(found()).startswith("nothing to compare: the runs have no metric in common")
    failed = found(OPEN, a=ComparedRun("a" * 32, "", 0, failed=3))
    assert comparison_text(failed).startswith("not executable: no replay of A ended well")


def test_many_metrics_are_counted() -> None:
    """All of them are shown where that is asked for."""
    many = found(*(replace(OPEN, name=f"m{i:02}") for i in range(20)))
    assert "and 8 more metrics (--full)" in comparison_text(many)
    assert "m19" in comparison_text(many, full=True)
