"""Tests of the table of Sacred."""

from __future__ import annotations

import pytest

from bis._audit.trackers.sacred import TRACKER


@pytest.mark.parametrize(
    ("api", "kinds"),
    [
        ("sacred.Experiment.log_scalar", "metric"),
        ("sacred.run.Run.add_artifact", "artifact"),
        ("sacred.Experiment.add_config", "param"),
        ("sacred.Experiment.open_resource", "dataset"),
    ],
)
def test_kinds_listed_calls_trace(api: str, kinds: str) -> None:
    """Calls trace under every name by which they are imported, and as methods of what functions return."""
    assert TRACKER.kinds(api) == tuple(kinds.split())


@pytest.mark.parametrize("api", ["sacred.Experiment", "sacred.Experiment.run"])
def test_kinds_other_calls_trace_nothing(api: str) -> None:
    """Calls that open, close or make something trace nothing by themselves."""
    assert TRACKER.kinds(api) == ()


def test_decorated_functions_are_configurations() -> None:
    """A function that is decorated with a configuration's decorator gives parameters."""
    assert TRACKER.kinds_decorated("sacred.Experiment.config") == ("param",)
    assert TRACKER.kinds_decorated("sacred.Experiment.main") == ()
