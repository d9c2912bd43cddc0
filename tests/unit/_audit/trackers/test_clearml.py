"""Tests of the table of ClearML."""

from __future__ import annotations

import pytest

from bis._audit.trackers.clearml import TRACKER


@pytest.mark.parametrize(
    ("api", "kinds"),
    [
        ("clearml.Task.init", "autolog"),
        ("clearml.Task.init.connect", "param"),
        ("clearml.Logger.current_logger.report_scalar", "metric"),
        ("clearml.Task.current_task.upload_artifact", "artifact"),
        ("trains.Task.init", "autolog"),
        ("clearml.Dataset.get", "dataset"),
    ],
)
def test_kinds_listed_calls_trace(api: str, kinds: str) -> None:
    """Calls trace under every name by which they are imported, and as methods of what functions return."""
    assert TRACKER.kinds(api) == tuple(kinds.split())


@pytest.mark.parametrize("api", ["clearml.Task.close", "clearml.Task.get_task"])
def test_kinds_other_calls_trace_nothing(api: str) -> None:
    """Calls that open, close or make something trace nothing by themselves."""
    assert TRACKER.kinds(api) == ()
