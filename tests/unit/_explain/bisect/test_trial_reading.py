"""What one replay says beside the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._explain.bisect.trial_reading import EXIT, TrialReading, differs, read_trial, value_of, watched_items
from bis._verify.sessions.original_session import OriginalSession
from bis._verify.tolerances import Tolerances
from bis.config import Tolerance
from bis.model.run_identity import RunIdentity
from bis.model.session_run import SessionRun
from bis.model.verdict import Outcome, ReplayKind
from tests.unit._verify.runs import CRASH, outputs

if TYPE_CHECKING:
    from bis.model.facets import Failure, Outputs

ORIGINAL = outputs({"acc": 0.5, "loss": [1.0, 0.25]}, weights="aa")


def read(
    replayed: Outputs, failure: Failure | None = None, *, original: Outputs = ORIGINAL, **declared: Tolerance
) -> TrialReading:
    """A replay beside the original; both created one run, where they logged a metric."""
    identity = RunIdentity("r", 0)
    session = OriginalSession((SessionRun(identity, original),), 0, original)
    runs = (SessionRun(identity, replayed),)
    outcome = Outcome(3, ReplayKind.VARIED, "ab" * 32, replayed, failure, runs=runs)
    return read_trial(session, outcome, Tolerances(declared=declared), trace={})


def watched(*readings: TrialReading, metric: str | None = None) -> list[str]:
    """The names of what decides."""
    return [readings[0].items[k].name for k in watched_items(readings, metric)]


def test_the_same_bits() -> None:
    """Nothing is watched."""
    same = read(ORIGINAL)
    assert not differs(same, list(same.items))
    assert watched(same) == []


def test_metrics_come_before_models() -> None:
    """A model is watched where metrics are the same; steps before the last one count."""
    both = read(outputs({"acc": 0.6, "loss": [1.0, 0.25]}, weights="bb"))
    assert watched(both) == ["acc"]
    assert watched(read(outputs({"acc": 0.5, "loss": [1.0, 0.25]}, weights="bb"))) == ["model"]
    assert watched(read(outputs({"acc": 0.5, "loss": [1.1, 0.25]}, weights="aa"))) == ["loss"]


def test_one_metric_that_the_user_names() -> None:
    """The others are passed over."""
    both = read(outputs({"acc": 0.6, "loss": [1.0, 0.5]}, weights="aa"))
    assert watched(both, metric="loss") == ["loss"]
    assert watched(both) == ["acc", "loss"]


def test_what_differs_in_some_replays_only_is_not_steady() -> None:
    """It is no matter of bits."""
    other = read(outputs({"acc": 0.6, "loss": [1.0, 0.25]}, weights="aa"))
    assert watched(read(ORIGINAL), other) == []


def test_tolerances_that_are_declared() -> None:
    """Within one it counts as the same; the default for rounding is no reason to call other bits the same."""
    near = outputs({"acc": 0.5 + 1e-12, "loss": [1.0, 0.25]}, weights="aa")
    assert watched(read(near)) == ["acc"]
    assert watched(read(near, acc=Tolerance(atol=0.1))) == []


def test_values() -> None:
    """The last one; None where there is none."""
    reading = read(outputs({"acc": 0.6, "loss": [1.0, 0.25]}, weights="aa"))
    (key,) = watched_items([reading])
    assert value_of(reading, key, "0.5") == 0.6
    assert value_of(reading, "printed", "0.125") == 0.125
    assert value_of(reading, "printed", "") is None


def test_how_it_ended() -> None:
    """Another end than that of the original is told; where all end so, that is what is watched."""
    failed = read(outputs({"acc": 0.5}, failure=CRASH), CRASH)
    assert failed.failure == "exception ValueError"
    assert "singular" in failed.detail
    assert watched_items([failed, failed]) == (EXIT,)
    assert watched_items([failed, read(ORIGINAL)]) == ()


def test_an_original_that_failed() -> None:
    """A replay that fails alike ended as the record did."""
    original = outputs({"acc": 0.5}, failure=CRASH)
    assert read(original, CRASH, original=original).failure == ""
