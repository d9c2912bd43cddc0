"""Tests of the table of Aim."""

from __future__ import annotations

import pytest

from bis._audit.trackers.aim import TRACKER


@pytest.mark.parametrize(
    ("api", "kinds"),
    [
        ("aim.Run.track", "metric"),
        ("aim.sdk.run.Run.log_artifact", "artifact"),
        ("aim.sdk.adapters.keras.AimCallback", "metric param"),
        ("aim.pytorch_lightning.AimLogger.experiment.track", "metric"),
    ],
)
def test_kinds_listed_calls_trace(api: str, kinds: str) -> None:
    """Calls trace under every name by which they are imported, and as methods of what functions return."""
    assert TRACKER.kinds(api) == tuple(kinds.split())


@pytest.mark.parametrize("api", ["aim.Run", "aim.Run.close", "aim.Image"])
def test_kinds_other_calls_trace_nothing(api: str) -> None:
    """Calls that open, close or make something trace nothing by themselves."""
    assert TRACKER.kinds(api) == ()
