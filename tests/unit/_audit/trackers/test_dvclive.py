"""Tests of the table of DVCLive."""

from __future__ import annotations

import pytest

from bis._audit.trackers.dvclive import TRACKER


@pytest.mark.parametrize(
    ("api", "kinds"),
    [
        ("dvclive.Live.log_param", "param"),
        ("dvclive.live.Live.log_metric", "metric"),
        ("dvclive.lightning.DVCLiveLogger.experiment.log_image", "artifact"),
    ],
)
def test_kinds_listed_calls_trace(api: str, kinds: str) -> None:
    """Calls trace under every name by which they are imported, and as methods of what functions return."""
    assert TRACKER.kinds(api) == tuple(kinds.split())


@pytest.mark.parametrize("api", ["dvclive.Live", "dvclive.Live.next_step"])
def test_kinds_other_calls_trace_nothing(api: str) -> None:
    """Calls that open, close or make something trace nothing by themselves."""
    assert TRACKER.kinds(api) == ()
