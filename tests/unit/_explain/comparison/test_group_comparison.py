"""Groups of runs that exist: which is the highest, and which cannot be distinguished from it."""

from __future__ import annotations

import numpy as np
import pytest

from bis._explain.comparison.group_comparison import compare_groups_of
from bis._explain.comparison.run_groups import PARENT, run_key
from bis.errors import UsageError
from bis.model.comparison import Direction, GroupComparison
from bis.model.stored_runs import RunSummary

MODEL, SEED = run_key("params.model"), run_key("seed")


def runs_of(means: dict[str, float], *, seeds: int = 8, common: float = 0.0, noise: float = 0.01) -> list[RunSummary]:
    """Runs of models over seeds: what seeds have in `common` is the same for all models."""
    rng = np.random.default_rng(5)
    shared = rng.normal(0, 1, seeds) * common
    return [
        RunSummary(
            f"{model}{seed}",
            "0",
            "exp",
            "",
            "FINISHED",
            1.0,
            metrics={"acc": mean + shared[seed] + rng.normal(0, noise), "loss": rng.normal()},
            params={"model": model, "seed": str(seed)},
        )
        for model, mean in means.items()
        for seed in range(seeds)
    ]


def compared(runs: list[RunSummary], *metrics: str, over: bool = True, **directions: Direction) -> GroupComparison:
    """By model."""
    return compare_groups_of(runs, [MODEL], SEED if over else None, metrics or ("acc",), directions)


def test_groups_are_ordered_and_told_apart() -> None:
    """The highest first; one that is close to it is open, one that is far differs; the second less the first."""
    (metric,) = compared(runs_of({"near": 0.898, "best": 0.9, "far": 0.8})).metrics
    assert [g.key for g in metric.groups] == [("best",), ("near",), ("far",)] or metric.groups[2].key == ("far",)
    assert metric.like_the_first == (1,)
    assert [(d.first, d.second, d.pairs) for d in metric.differences] == [(0, 1, 8), (0, 2, 8), (1, 2, 8)]
    far = metric.differences[1]
    assert far.differs
    assert far.low is not None
    assert far.high is not None
    assert far.low < far.difference < far.high < 0
    assert far.difference == pytest.approx(metric.groups[2].mean - metric.groups[0].mean)
    lowest = compared(runs_of({"near": 0.898, "best": 0.9, "far": 0.8}), acc=Direction.LOWER).metrics[0]
    assert lowest.groups[0].key == ("far",)
    assert lowest.like_the_first == ()


def test_equal_seeds_are_compared_in_pairs() -> None:
    """A difference that is small beside what seeds have in common is seen in pairs only."""
    runs = runs_of({"a": 0.9, "b": 0.93}, common=0.1)
    assert compared(runs).metrics[0].differences[0].differs
    apart = compared(runs, over=False).metrics[0].differences[0]
    assert (apart.pairs, apart.differs) == (0, False)


def test_all_pairs_of_all_metrics_are_one_family() -> None:
    """Holm's correction is over the metrics that were asked for, too."""
    runs = runs_of({"a": 0.9, "b": 0.92, "c": 0.9})
    one, both = compared(runs), compared(runs, "acc", "loss")
    p = [d.p_value for m in both.metrics for d in m.differences]
    smallest = min(v for v in p if v is not None)
    assert min(d.p_adjusted or 1.0 for d in both.metrics[0].differences) == pytest.approx(6 * smallest)
    assert min(d.p_adjusted or 1.0 for d in one.metrics[0].differences) == pytest.approx(3 * smallest)


def test_single_runs_and_repeats() -> None:
    """One run has no spread and is not tested; runs that repeat a seed count once."""
    runs = runs_of({"a": 0.9, "b": 0.8})
    alone = RunSummary("x", "0", "exp", "", "FINISHED", 1.0, metrics={"acc": 1.0}, params={"model": "c", "seed": "0"})
    again = RunSummary("y", "0", "exp", "", "FINISHED", 1.0, metrics={"acc": 0.9}, params={"model": "a", "seed": "0"})
    (metric,) = compared([*runs, alone, again]).metrics
    first, second = metric.groups[:2]
    assert (first.key, first.draws, first.sd, first.low) == (("c",), 1, None, None)
    assert (second.key, second.draws, second.repeated, len(second.values)) == (("a",), 8, 1, 9)
    untested = metric.differences[0]
    assert (untested.p_value, untested.p_adjusted, untested.differs) == (None, None, False)


def test_metrics_must_be_named_and_be_there() -> None:
    """Comparing whatever differs most would find something; the usual metrics are listed."""
    runs = runs_of({"a": 0.9})
    with pytest.raises(UsageError, match="no metric was named") as raised:
        compare_groups_of(runs, [MODEL], None, (), {})
    assert "acc, loss" in (raised.value.hint or "")
    with pytest.raises(UsageError, match="no run has a metric 'f1'"):
        compared(runs, "f1")


def test_what_was_left_out_is_counted() -> None:
    """Also runs that are nested in others, which count."""
    runs = runs_of({"a": 0.9, "b": 0.8})
    failed = RunSummary("z", "0", "exp", "", "FAILED", 1.0)
    nested = RunSummary("n", "0", "other", "", "FINISHED", 1.0, tags={PARENT: "z"}, params={"model": "a", "seed": "9"})
    found = compared([*runs, failed, nested])
    assert (found.runs, found.nested, found.experiments) == (17, 1, ("exp", "other"))
    assert found.left_out == {"failed": 1, "no-metric": 1}
    assert found.exit_code == 0
    assert compared([failed]).exit_code == 4
