"""Runs that are the best of their siblings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm

from bis._verify.sessions.session_judgement import judge_session
from bis._verify.sessions.siblings import with_selection
from bis._verify.tolerances import Tolerances
from bis.model.statement import StatementCode
from bis.model.verdict import Level, ReplayKind

from .session_values import replay, run, session

if TYPE_CHECKING:
    from bis.model.session_run import SessionRun

PARENT = run("p", {"best": 0.9})
NOTHING = Tolerances()


def trials(*metrics: dict[str, float]) -> list[SessionRun]:
    """Runs that are nested in the same one."""
    return [run(f"t{i}", found, parent="p", params={"x": str(i)}) for i, found in enumerate(metrics)]


def test_the_best_of_a_search_was_picked() -> None:
    """By the metrics in which no sibling is better; losses are better when smaller."""
    found = trials(
        {"acc": 0.7, "loss": 2.0, "f1": 0.1}, {"acc": 0.9, "loss": 0.5, "f1": 0.1}, {"acc": 0.8, "loss": 1.0}
    )
    picked, said = with_selection(session(PARENT, *found, lead=2, alone=True), NOTHING)
    assert (picked.selected_from, picked.selected_by) == (3, ("acc", "loss"))
    assert said is not None
    assert (said.code, said.figures) == (
        StatementCode.BEST_OF_SIBLINGS,
        {"runs": 3, "metrics": ("acc", "loss")},
    )
    by_loss, _ = with_selection(session(PARENT, *found, lead=2, alone=True), Tolerances(primary="loss"))
    assert by_loss.selected_by == ("loss",)


def test_others_were_not_picked() -> None:
    """A run that a sibling beats, one without siblings, one that is judged with all others, and a declared number."""
    found = trials({"acc": 0.7}, {"acc": 0.9}, {"acc": float("nan")})
    declared = Tolerances(selected_from=7)
    for subject, tolerances in (
        (session(PARENT, *found, lead=1, alone=True), NOTHING),
        (session(PARENT, *found, lead=3, alone=True), NOTHING),
        (session(PARENT, found[1], lead=1, alone=True), NOTHING),
        (session(PARENT, *found, lead=2), NOTHING),
        (session(*trials({"acc": 0.5}, {"acc": 0.5}), lead=0, alone=True), NOTHING),
        (session(PARENT, *found, lead=2, alone=True), declared),
    ):
        assert with_selection(subject, tolerances) == (tolerances, None)


def test_the_best_of_ordinary_runs_is_ordinary() -> None:
    """Beside replays of its own it looks too good; as the best of so many it does not."""
    found = trials(*({"acc": value} for value in (-1.1, -0.4, 0.1, 0.5, 0.9, 2.2)))
    subject = session(PARENT, *found, lead=6, alone=True)
    quantiles = norm.ppf((np.arange(60) + 0.5) / 60)
    fresh = [
        replace(
            replay(PARENT, run("t5", {"acc": float(v)}, parent="p", params={"x": "5"}), index=i),
            kind=ReplayKind.FRESH,
            root=f"{i:064x}",
        )
        for i, v in enumerate(quantiles)
    ]
    picked, _ = with_selection(subject, NOTHING)
    assert judge_session(subject, fresh, NOTHING).level is Level.DIVERGENT
    assert judge_session(subject, fresh, picked).level is Level.STATISTICAL
