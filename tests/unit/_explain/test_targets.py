"""Results of replays as arrays."""

from __future__ import annotations

import base64
from dataclasses import replace

import numpy as np
import pytest

from bis._explain.design import BlockDesign, VariedRoles
from bis._explain.targets import Target, decoded_values, target_table, targets_of
from bis._explain.trial import Trial
from bis._verify.tolerances import Tolerances
from bis.config import Tolerance
from bis.errors import UsageError
from bis.model.attribution import TargetKind
from bis.model.facets import Failure
from bis.model.probe_prediction import ProbePrediction
from bis.model.role import Role
from bis.model.statement import StatementCode

METRIC, NET = Target("acc", TargetKind.METRIC), Target("net", TargetKind.PREDICTIONS)
DESIGN = BlockDesign("ab" * 32, causes=(VariedRoles("split", (Role.SPLIT,)),)).extended(2)


def predicted(*numbers: float, kind: str = "values", problem: str = "") -> ProbePrediction:
    """The predictions of a model."""
    values = base64.b64encode(np.array(numbers, dtype="<f8").tobytes()).decode()
    return ProbePrediction("net", kind, "p", (len(numbers),), values, problem=problem)


def trial(block: int, corner: int, value: float, *, repeat: int = 0, numbers: tuple[float, ...] = ()) -> Trial:
    """A replay with one metric, and predictions."""
    predictions = (predicted(*numbers),) if numbers else ()
    return Trial(block, corner, repeat, {"acc": value.hex()}, predictions)


TRIALS = [trial(b, c, 10.0 * b + c, numbers=(float(b), float(c))) for b in range(2) for c in range(2)]


def test_results_stand_at_their_places() -> None:
    """Blocks, runs, components."""
    table = target_table(METRIC, DESIGN, TRIALS, blocks=2)
    assert table.blocks.tolist() == [[[0.0], [1.0]], [[10.0], [11.0]]]
    assert not table.missing.any()
    assert target_table(NET, DESIGN, TRIALS, blocks=2).blocks.tolist() == [[[0, 0], [0, 1]], [[1, 0], [1, 1]]]


def test_repeats_are_pairs() -> None:
    """Of the first replay and the second one with the same seeds."""
    table = target_table(METRIC, DESIGN, [*TRIALS, trial(0, 1, 1.5, repeat=1)], blocks=2)
    assert table.repeats.tolist() == [[[1.0], [1.5]]]


def test_failed_and_absent_replays_are_missing() -> None:
    """Their place is marked."""
    failed = replace(TRIALS[3], failure=Failure("exception", "x"))
    table = target_table(METRIC, DESIGN, [*TRIALS[1:3], failed], blocks=2)
    assert table.missing.tolist() == [[True, False], [False, True]]


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (replace(TRIALS[3], metrics={"acc": "nan"}), StatementCode.TARGET_NOT_FINITE),
        (replace(TRIALS[3], metrics={"acc": "-inf"}), StatementCode.TARGET_NOT_FINITE),
        (replace(TRIALS[3], metrics={}), StatementCode.TARGET_NOT_LOGGED),
    ],
)
def test_metrics_without_numbers_have_a_problem(other: Trial, code: StatementCode) -> None:
    """The rest is a selection."""
    table = target_table(METRIC, DESIGN, [*TRIALS[:3], other], blocks=2)
    assert table.problem is not None
    assert table.problem.code is code


@pytest.mark.parametrize(
    ("predictions", "code"),
    [
        ((predicted(1.0, 2.0, 3.0),), StatementCode.OTHER_SHAPE),
        ((replace(predicted(1.0, 2.0), probe="q"),), StatementCode.OTHER_SHAPE),
        ((predicted(problem="other-columns"),), StatementCode.PROBE_UNFIT),
        ((predicted(1.0, float("nan")),), StatementCode.TARGET_NOT_FINITE),
        ((replace(predicted(1.0, 2.0), values="%%%"),), StatementCode.OTHER_SHAPE),
        ((), StatementCode.TARGET_NOT_LOGGED),
    ],
)
def test_predictions_that_cannot_be_compared(predictions: tuple[ProbePrediction, ...], code: StatementCode) -> None:
    """Each with its reason."""
    table = target_table(NET, DESIGN, [*TRIALS[:3], replace(TRIALS[3], predictions=predictions)], blocks=2)
    assert table.problem is not None
    assert table.problem.code is code


def test_classes_are_no_numbers() -> None:
    """Class 2 is no further from 0 than 1 is."""
    classes = [(0.0,), (1.0,), (2.0,), (2.0,)]
    trials = [replace(t, predictions=(predicted(*c, kind="classes"),)) for t, c in zip(TRIALS, classes, strict=True)]
    blocks = target_table(NET, DESIGN, trials, blocks=2).blocks
    distances = {float(((blocks[0, 0] - other) ** 2).sum()) for other in (blocks[0, 1], blocks[1, 0])}
    assert distances == {2.0}
    assert (blocks[1, 0] == blocks[1, 1]).all()


def test_values_are_read_as_they_were_written() -> None:
    """Or not at all."""
    values = decoded_values(predicted(0.1, float("inf")))
    assert values is not None
    assert values.tolist() == [0.1, float("inf")]
    assert decoded_values(replace(predicted(0.1), shape=(2,))) is None
    assert decoded_values(replace(predicted(0.1), values="")) is None


def test_predictions_come_first_then_the_primary_metric() -> None:
    """Measurements of time are no results, unless they are declared."""
    pilot = Trial(-1, 0, metrics={"a": "0x0p0", "z": "0x0p0", "fit_time": "0x0p0"}, predictions=(predicted(1.0),))
    found = targets_of([pilot], (), tolerances=Tolerances(), primary="z")
    assert [t.name for t in found] == ["net", "z", "a"]
    declared = Tolerances(declared={"fit_time": Tolerance()})
    assert "fit_time" in [t.name for t in targets_of([pilot], (), tolerances=declared)]
    assert [t.name for t in targets_of([pilot], ("fit_time",), tolerances=Tolerances())] == ["net", "fit_time"]


def test_what_one_replay_alone_logged_is_a_target() -> None:
    """So that it is said why it has no shares."""
    found = targets_of([TRIALS[0], replace(TRIALS[1], metrics={"best": "0x0p0"})], (), tolerances=Tolerances())
    assert {t.name for t in found} == {"net", "acc", "best"}


def test_metrics_that_were_not_logged_are_an_error() -> None:
    """It names those that were."""
    with pytest.raises(UsageError, match="'f1'") as raised:
        targets_of(TRIALS, ("f1",), tolerances=Tolerances())
    assert "acc" in (raised.value.hint or "")
