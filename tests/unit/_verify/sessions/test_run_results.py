"""Results by which runs are paired that nothing else tells apart."""

from __future__ import annotations

from dataclasses import replace

from bis._verify.sessions.run_results import alike, results_of, size_order
from bis.model.facets import ModelWeights

from .session_values import in_order, run


def test_results_are_bits_and_those_of_nested_runs_belong_to_them() -> None:
    """What measures the machine is none."""
    first = in_order(run("a", {"m": 0.5, "time": 1.0}, weights=[ModelWeights("x", "torch", "1")]), run("b", {"m": 1.0}))
    again = in_order(
        run("a", {"m": 0.5, "time": 2.0}, weights=[ModelWeights("y", "torch", "1")]), run("b", {"m": -0.0})
    )
    mine, theirs = (results_of(runs, [None, 0], lambda name: name != "time") for runs in (first, again))
    assert alike(mine[0], theirs[0]) == 2
    assert alike(mine[1], theirs[1]) == 0
    assert mine[0].total() == 3


def test_order_by_size_depends_on_the_run_alone() -> None:
    """By the last values; what is not a number comes last."""
    runs = [run("a", {"m": [0.0, 2.0]}), run("b", {"m": [9.0, 1.0]}), run("c", {"m": float("nan")}), run("d")]
    order = sorted(runs, key=lambda r: size_order(r, lambda _name: True))
    assert [r.identity.run_id for r in order] == ["d", "b", "a", "c"]


def test_the_order_of_logging_is_no_result() -> None:
    """Threads that log the points of a curve in another order gave the same curve."""
    first, again = (run("a", {"m": [1.0, 2.0]}) for _ in range(2))
    curve = again.outputs.metrics[0]
    turned = replace(
        again, outputs=replace(again.outputs, metrics=(replace(curve, steps=(1, 0), values=curve.values[::-1]),))
    )
    mine, theirs = (results_of([r], [None], lambda _name: True) for r in (first, turned))
    assert mine == theirs
