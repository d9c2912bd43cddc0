"""What tells runs apart."""

from __future__ import annotations

from bis._verify.sessions.run_features import features_of, parents_of, shared_features, weights_of
from bis.model.facets import ModelWeights

from .session_values import in_order, run


def test_parents_are_places_and_circles_none() -> None:
    """Missing parents, a run in itself and runs in each other have none; what leads to a circle keeps its own."""
    runs = in_order(
        run("a"),
        run("b", parent="a"),
        run("c", parent="gone"),
        run("d", parent="d"),
        run("e", parent="f"),
        run("f", parent="e"),
        run("g", parent="e"),
    )
    assert parents_of(runs) == [None, 0, None, None, None, None, 4]


def test_a_run_has_what_is_nested_in_it_too() -> None:
    """However deep."""
    runs = in_order(
        run("a", name="a"), run("b", params={"k": "1"}, parent="a"), run("c", {"m": 1.0}, tags={"t": "x"}, parent="b")
    )
    top, middle, leaf = features_of(runs, parents_of(runs))
    assert set(leaf) == {("metric", "m"), ("tag", "t", "x")}
    assert set(middle) == {("param", "k", "1"), ("inside", "metric", "m"), ("inside", "tag", "t", "x")}
    assert ("inside", "param", "k", "1") in top
    assert ("inside", "metric", "m") in top


def test_only_what_both_sides_have_counts() -> None:
    """A model is known by its framework; what occurs on one side tells nothing."""
    first = features_of(
        in_order(run("a", params={"k": "1", "at": "9:00"}, weights=[ModelWeights("x", "torch", "1")])), [None]
    )
    second = features_of(
        in_order(run("b", params={"k": "1", "at": "9:01"}, weights=[ModelWeights("y", "torch", "2")])), [None]
    )
    mine, theirs = shared_features(first, second)
    assert mine == theirs == [frozenset({("param", "k", "1", "0"), ("model", "torch", "0")})]


def test_rare_features_weigh_more() -> None:
    """What all runs have tells almost nothing."""
    rare, common = ("param", "k", "1", "0"), ("param", "cv", "5", "0")
    weights = weights_of([frozenset({rare, common}), *[frozenset({common})] * 9])
    assert weights[rare] > 10 * weights[common] > 0
