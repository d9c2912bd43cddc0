"""What MLflow has of a run beyond what was seen being logged: taken over, and said."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis.model.facets import Curve, OutputPart, Outputs, Status
from bis.record.unseen_metrics import with_unseen

if TYPE_CHECKING:
    from collections.abc import Callable

SEEN = Outputs(Status.RECORDED, metrics=(Curve("a", (0, 1), ((1.0).hex(), (2.0).hex())),))


def curve(name: str, *values: float) -> Curve:
    """A curve of steps from 0."""
    return Curve(name, tuple(range(len(values))), tuple(v.hex() for v in values))


def stored(*curves: Curve) -> Callable[[str], Curve]:
    """What reads a curve from MLflow."""
    return {c.name: c for c in curves}.__getitem__


def unread(metric: str) -> Curve:
    """What must not be read: all of it was seen."""
    raise AssertionError(metric)


def test_where_all_was_seen_nothing_is_read() -> None:
    """The last value says so."""
    assert with_unseen(SEEN, {"a": 2.0}, unread) is SEEN
    assert with_unseen(SEEN, {}, unread) is SEEN


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0])
def test_values_that_a_database_writes_otherwise_are_the_same(value: float) -> None:
    """NaN equals itself, and zero has no sign."""
    outputs = Outputs(Status.RECORDED, metrics=(curve("a", 1.0, value),))
    assert with_unseen(outputs, {"a": abs(value) if value == 0 else value}, unread) is outputs


def test_a_metric_that_was_not_seen_is_taken_from_mlflow() -> None:
    """The facet is partial, and says which."""
    completed = with_unseen(SEEN, {"b": 5.0, "a": 2.0}, stored(curve("b", 4.0, 5.0)))
    assert completed.metrics == (*SEEN.metrics, curve("b", 4.0, 5.0))
    assert completed.status is Status.PARTIAL
    assert completed.reasons[0].endswith("b")


def test_points_that_were_not_seen_are_taken_from_mlflow() -> None:
    """Of a metric of which others were."""
    completed = with_unseen(SEEN, {"a": 3.0}, stored(curve("a", 1.0, 2.0, 3.0)))
    assert completed.metrics == (curve("a", 1.0, 2.0, 3.0),)
    assert completed.status is Status.PARTIAL


def test_another_last_value_of_the_same_points_is_no_doubt() -> None:
    """Nothing that MLflow has is missing."""
    assert with_unseen(SEEN, {"a": 9.0}, stored(curve("a", 1.0, 2.0))) is SEEN


def test_where_events_are_missing_all_metrics_are_read() -> None:
    """The last value was seen, and one in the middle was not; of a program that ended MLflow has all."""
    gap = replace(SEEN, incomplete=(OutputPart.LOGGED,))
    completed = with_unseen(gap, {"a": 2.0}, stored(curve("a", 1.0, 1.5, 2.0)))
    assert (completed.metrics, completed.incomplete) == ((curve("a", 1.0, 1.5, 2.0),), ())
    killed = replace(SEEN, incomplete=(OutputPart.END, OutputPart.LOGGED))
    assert with_unseen(killed, {"a": 2.0}, stored(curve("a", 1.0, 2.0))).incomplete == killed.incomplete
