"""Tests of the table of Comet."""

from __future__ import annotations

import pytest

from bis._audit.trackers.comet import TRACKER


@pytest.mark.parametrize(
    ("api", "kinds"),
    [
        ("comet_ml.Experiment.log_metric", "metric"),
        ("comet_ml.OfflineExperiment.log_parameters", "param"),
        ("comet_ml.get_global_experiment.log_model", "model"),
        ("pytorch_lightning.loggers.CometLogger.experiment.log_text", "artifact"),
    ],
)
def test_kinds_listed_calls_trace(api: str, kinds: str) -> None:
    """Calls trace under every name by which they are imported, and as methods of what functions return."""
    assert TRACKER.kinds(api) == tuple(kinds.split())


@pytest.mark.parametrize("api", ["comet_ml.Experiment", "comet_ml.start", "comet_ml.login"])
def test_kinds_other_calls_trace_nothing(api: str) -> None:
    """Calls that open, close or make something trace nothing by themselves."""
    assert TRACKER.kinds(api) == ()
