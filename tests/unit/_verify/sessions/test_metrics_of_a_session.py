"""Metrics by their names alone."""

from __future__ import annotations

from dataclasses import replace

from bis._verify.sessions.metrics_of_a_session import metrics_of_a_session

from .session_values import run, session


def test_a_name_means_the_lead_or_the_only_run_that_has_it() -> None:
    """One that several nested runs have means none of them; a run that is judged alone has its own only."""
    made = session(
        run("p", {"best": 1.0, "loss": 1.0}),
        run("a", {"acc": 1.0, "loss": 2.0}, parent="p"),
        run("b", {"acc": 2.0, "r2": 0.5}, parent="p"),
    )
    assert {c.name: c.final for c in metrics_of_a_session(made).metrics} == {"best": 1.0, "loss": 1.0, "r2": 0.5}
    alone = replace(made, alone=True)
    assert {c.name for c in metrics_of_a_session(alone).metrics} == {"best", "loss"}
