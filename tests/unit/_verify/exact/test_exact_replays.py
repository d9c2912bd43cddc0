"""Exact replays as a group."""

from __future__ import annotations

from bis._verify.case import Case
from bis._verify.exact.exact_replays import judge_exact
from bis._verify.tolerances import Tolerances
from bis.model.verdict import DivergencePattern, ItemKind, Level
from bis.report.text.statement_text import statement_text
from tests.unit._verify.runs import exact, outputs, words


def test_the_worst_replay_is_the_evidence() -> None:
    """Of several differing replays the farthest is told."""
    group = judge_exact(Case(outputs({"m": 1.0}), Tolerances()), exact(*[outputs({"m": v}) for v in (1.0, 1.25, 1.5)]))
    item = next(i for i in group.items if i.name == "m")
    assert item.evidence.replayed == ("1.5",)
    assert item.evidence.relative == 0.5
    assert words(item).startswith("differs in 2/3; by 0.5 relative")


def test_curves_report_their_first_divergent_step() -> None:
    """Step, pattern and growth of the difference are evidence."""
    steps = [1.0, 0.5, 0.25, 0.125, 0.0625]
    moved = [1.0, 0.5, 0.25 + 1e-9, 0.125 + 1e-8, 0.0625 + 1e-7]
    group = judge_exact(Case(outputs({"loss": steps}), Tolerances()), exact(outputs({"loss": moved})))
    item = next(i for i in group.items if i.name == "loss")
    assert (item.kind, item.level) == (ItemKind.CURVE, Level.DIVERGENT)
    assert item.evidence.first_divergent_step == 2
    assert item.evidence.growth_per_step is not None
    assert item.evidence.pattern is DivergencePattern.FLOATING_POINT


def test_final_only_forgives_the_way() -> None:
    """A declared "last step only" compares the last step only, and says so."""
    case = Case(outputs({"loss": [1.0, 0.3]}), Tolerances(final_only=True))
    group = judge_exact(case, exact(outputs({"loss": [2.0, 0.3 + 2**-54]})))
    item = next(i for i in group.items if i.name == "loss")
    assert item.level is Level.NUMERICAL
    assert "last step only" in words(item)


def test_unequal_length_is_told() -> None:
    """A curve that stops earlier is another curve."""
    group = judge_exact(Case(outputs({"loss": [1.0, 0.5]}), Tolerances()), exact(outputs({"loss": [1.0]})))
    item = next(i for i in group.items if i.name == "loss")
    assert words(item) == "differs in 1/1; 2 steps in the original, 1 in replays"


def test_the_headline_counts_levels() -> None:
    """Identical, within tolerance and different metrics are told apart."""
    a = outputs({"a": 0.5, "b": 0.3, "c": 0.5})
    group = judge_exact(Case(a, Tolerances()), exact(outputs({"a": 0.5, "b": 0.1 + 0.2, "c": 0.75})))
    assert statement_text(group.statements[0]) == (
        "1 of 3 metrics identical, 1 within tolerance, 1 different in 1 exact replay"
    )
