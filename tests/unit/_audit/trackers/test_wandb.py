"""Tests of the table of Weights & Biases."""

from __future__ import annotations

import pytest

from bis._audit.trackers.wandb import TRACKER


@pytest.mark.parametrize(
    ("api", "kinds"),
    [
        ("wandb.log", "metric"),
        ("wandb.run.log", "metric"),
        ("wandb.init.config.update", "param"),
        ("wandb.keras.WandbMetricsLogger", "metric"),
        ("wandb.Run.link_model", "register"),
        ("wandb.init.use_artifact", "dataset"),
        ("pytorch_lightning.loggers.WandbLogger.experiment.log", "metric"),
    ],
)
def test_kinds_listed_calls_trace(api: str, kinds: str) -> None:
    """Calls trace under every name by which they are imported, and as methods of what functions return."""
    assert TRACKER.kinds(api) == tuple(kinds.split())


@pytest.mark.parametrize("api", ["wandb.finish", "wandb.login", "wandb.Table"])
def test_kinds_other_calls_trace_nothing(api: str) -> None:
    """Calls that open, close or make something trace nothing by themselves."""
    assert TRACKER.kinds(api) == ()


def test_assigned_configuration_and_summary() -> None:
    """Assignments to the configuration are parameters, to the summary metrics."""
    assert TRACKER.kinds_assigned("wandb.config.lr") == ("param",)
    assert TRACKER.kinds_assigned("wandb.init.summary.best") == ("metric",)
