"""Fresh replays as a group."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis._verify.case import Case
from bis._verify.fresh.fresh_replays import decisive_metrics, independent, judge_fresh
from bis._verify.tolerances import Tolerances
from bis.model.verdict import Level
from tests.unit._verify.runs import drawn, fresh, outputs, words


def test_independence_is_by_root() -> None:
    """Repeated roots and the original's own are left out; unknown roots are kept."""
    runs = fresh(*drawn(3))
    unknown = replace(runs[0], root=None)
    kept, left_out = independent([*runs, runs[1], unknown, unknown], runs[0].root)
    assert (len(kept), left_out) == (4, 2)


def test_replays_without_root_are_told() -> None:
    """Nobody knows whether they are independent; that is said."""
    runs = [replace(o, root=None) for o in fresh(*drawn(4))]
    judged = judge_fresh(Case(drawn(1)[0], Tolerances()), runs, original_root=None)
    assert "without a recorded entropy root" in words(judged.group)


def test_nothing_independent_is_inconclusive() -> None:
    """Only repetitions of the original's entropy: three real ones are needed."""
    runs = [replace(o, root="aa") for o in fresh(*drawn(4))]
    judged = judge_fresh(Case(drawn(1)[0], Tolerances()), runs, original_root="aa")
    assert (judged.group.level, judged.needed) == (Level.INCONCLUSIVE, 3)


def test_decisive_metrics() -> None:
    """Times do not decide; under a stopping rule a declared primary decides alone."""
    original = outputs({"a": 0.5, "b": 0.5, "fit_time": 1.5})
    assert decisive_metrics(Case(original, Tolerances())) == ("a", "b")
    assert decisive_metrics(Case(original, Tolerances(primary="b")), sequential=True) == ("b",)
    assert decisive_metrics(Case(original, Tolerances(primary="b"))) == ("a", "b")


def test_the_detectable_shift_allows_for_the_number_of_metrics() -> None:
    """Among ten metrics a shift must be larger to be seen than for one alone."""
    runs = [outputs({f"m{k}": drawn(9, seed=k)[i].metrics[0].final for k in range(10)}) for i in range(9)]
    many = judge_fresh(Case(runs[0], Tolerances()), fresh(*runs[1:]), original_root=None)
    seen = {i.evidence.detectable_sigmas for i in many.group.items if i.evidence.detectable_sigmas}
    assert len(seen) == 1
    assert seen.pop() > 3.5


@pytest.mark.parametrize("n", [2, 5])
def test_metrics_beside_the_stopping_rule_do_not_count(n: int) -> None:
    """Stopped by the primary, other metrics are shown only: their tests do not allow for the stop."""
    runs = [outputs({"a": drawn(9)[i].metrics[0].final, "b": 5.0 if i == 0 else i / 10}) for i in range(9)]
    case = Case(runs[0], Tolerances(primary="a"))
    judged = judge_fresh(case, fresh(*runs[1 : n + 1]), original_root=None, sequential=True)
    assert not next(i for i in judged.group.items if i.name == "b").counts
