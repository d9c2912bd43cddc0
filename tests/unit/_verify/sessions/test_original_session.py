"""A session in the form of one original and its replays."""

from __future__ import annotations

from dataclasses import replace

from bis._verify.scoped_names import scope
from bis._verify.sessions.original_session import RUNS
from bis._verify.tolerances import Tolerances
from bis.model.facets import ModelWeights

from .session_values import replay, run, session

NOTHING = Tolerances()
TWO = (run("a", {"m": 1.0}, name="a"), run("b", {"m": 2.0}, name="b"))


def test_names_are_those_of_one_run_where_there_are_several() -> None:
    """And plain where one is judged."""
    both = session(*TWO).original_outputs(())
    assert [scope(c.name) for c in both.metrics] == [0, 1]
    assert [c.name for c in session(TWO[0]).original_outputs(()).metrics] == ["m"]
    alone = replace(session(*TWO, lead=1), alone=True)
    assert [(c.name, c.final) for c in alone.original_outputs(()).metrics] == [("m", 2.0)]


def test_the_outcome_has_what_the_counterpart_of_the_lead_logged() -> None:
    """With the models of the program that were logged to no run, and none of another run's."""
    weights = [[ModelWeights("model", "torch", d)] for d in "12"]
    made = replay(
        run("x", {"m": 2.0}, name="b", weights=weights[1]),
        run("y", {"m": 1.0}, name="a", weights=weights[0]),
        found=[ModelWeights("clf", "torch", "3")],
    )
    filled = session(*TWO).with_counterpart(made, NOTHING)
    assert filled.outputs is not None
    assert [(c.name, c.final) for c in filled.outputs.metrics] == [("m", 1.0)]
    assert [m.name for m in filled.outputs.models] == ["model", "clf"]
    again = session(*TWO).with_counterpart(filled, NOTHING)  # read back from its store
    assert again == filled


def test_the_number_of_runs_is_a_metric_only_where_it_differs() -> None:
    """It is no result by itself, so that it makes no evidence where there is none."""
    original = session(*TWO)
    same, more = replay(*TWO), replay(*TWO, run("c"))
    assert RUNS not in [c.name for c in original.original_outputs([same]).metrics]
    assert RUNS in [c.name for c in original.original_outputs([same, more]).metrics]
    assert not replace(original, alone=True).number_differs([more])
    assert not replace(original, total=None).number_differs([more])
    assert not original.number_differs([replace(more, runs=None), replace(more, outputs=None)])


def test_what_came_of_one_run_only_can_be_judged_for_one_run() -> None:
    """Outcomes of before all runs were kept."""
    old = replace(replay(*TWO), runs=None)
    assert not session(*TWO).can_use(old)
    assert session(TWO[0]).can_use(old)
    assert replace(session(*TWO), alone=True).can_use(old)
