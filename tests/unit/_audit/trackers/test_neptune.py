"""Tests of the table of Neptune."""

from __future__ import annotations

import pytest

from bis._audit.trackers.neptune import TRACKER


@pytest.mark.parametrize(
    ("api", "kinds"),
    [
        ("neptune_scale.Run.log_metrics", "metric"),
        ("neptune_scale.Run.log_configs", "param"),
        ("neptune.log_metric", "metric"),
        ("neptune.create_experiment.log_metric", "metric"),
        ("neptune.handler.Handler.upload", "artifact"),
        ("neptune_xgboost.NeptuneCallback", "metric param"),
    ],
)
def test_kinds_listed_calls_trace(api: str, kinds: str) -> None:
    """Calls trace under every name by which they are imported, and as methods of what functions return."""
    assert TRACKER.kinds(api) == tuple(kinds.split())


@pytest.mark.parametrize("api", ["neptune.init_run", "neptune.Run.stop"])
def test_kinds_other_calls_trace_nothing(api: str) -> None:
    """Calls that open, close or make something trace nothing by themselves."""
    assert TRACKER.kinds(api) == ()


def test_elements_are_handlers() -> None:
    """What is taken from a run by square brackets has methods of its own."""
    assert TRACKER.elements["neptune.init_run"] == "neptune.handler.Handler"
    assert TRACKER.kinds("neptune.handler.Handler.append") == ("metric",)
