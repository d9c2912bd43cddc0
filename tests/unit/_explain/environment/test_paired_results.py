"""What paired replays say."""

from __future__ import annotations

import math

import pytest

from bis._explain.environment.paired_results import Replayed, effects_on_targets, same_results
from bis.model.attribution import TargetKind
from bis.model.facets import ModelWeights
from tests.unit._explain.environment.outcomes import curve, failed, outcome, prediction

ACCURACY = (0.90, 0.92, 0.91, 0.93)
CHANGED = (0.91, 0.92, 0.93, 0.95)


def accuracies(*values: float) -> Replayed:
    """Replays with these accuracies."""
    return Replayed(tuple(outcome(curve("acc", v)) for v in values))


def test_same_bits_in_all_pairs() -> None:
    """There is no effect: no test and no interval, whatever the pairs have among each other."""
    [effect] = effects_on_targets(accuracies(*ACCURACY), accuracies(*ACCURACY))
    assert (effect.bit_identical, effect.pairs, effect.difference, effect.p_value) == (True, 4, 0.0, None)
    assert effect.equivalent_share == 0.0
    assert effect.diverges_at is None


def test_a_difference_has_interval_test_and_share() -> None:
    """Against the worked example of the paired test; the share against the variance of the replays as recorded."""
    [effect] = effects_on_targets(accuracies(*ACCURACY), accuracies(*CHANGED))
    assert (effect.name, effect.kind, effect.bit_identical, effect.p_value) == ("acc", TargetKind.METRIC, False, 0.25)
    assert effect.difference == pytest.approx(0.0125)
    assert effect.low is not None
    assert effect.high is not None
    assert effect.low < 0.0125 < effect.high
    mean_square, variance = (0.01**2 + 0.02**2 + 0.02**2) / 4, 0.0005 / 3
    assert effect.equivalent_share == pytest.approx(mean_square / (2 * variance))


def test_a_known_variance_takes_the_place_of_that_of_the_replays() -> None:
    """That of an explanation's blocks is known better; two replays alone give none."""
    known = {(TargetKind.METRIC, "acc"): 0.01}
    [effect] = effects_on_targets(accuracies(*ACCURACY), accuracies(*CHANGED), variances=known)
    assert effect.equivalent_share == pytest.approx(0.000225 / 0.02)
    [few] = effects_on_targets(accuracies(*ACCURACY[:2]), accuracies(*CHANGED[:2]))
    assert few.equivalent_share is None


def test_the_first_divergent_step_is_that_of_the_first_pair_that_differs() -> None:
    """A last value that is the same again does not hide that the bits part before."""
    before = Replayed((outcome(curve("loss", 3.0, 2.0, 1.0)), outcome(curve("loss", 3.5, 2.5, 1.5))))
    after = Replayed((outcome(curve("loss", 3.0, 2.0, 1.0)), outcome(curve("loss", 3.5, 2.6, 1.5))))
    [effect] = effects_on_targets(before, after)
    assert (effect.bit_identical, effect.diverges_at, effect.difference) == (False, 1, 0.0)
    shorter = Replayed((outcome(curve("loss", 3.0, 2.0)), outcome(curve("loss", 3.5, 2.5, 1.5))))
    [earlier] = effects_on_targets(before, shorter)
    assert (earlier.bit_identical, earlier.diverges_at) == (False, 2)


def test_noise_is_said_and_subtracted() -> None:
    """Replays with one root that differ anyway: a difference of that size is no effect of the setting."""
    noisy = Replayed(
        tuple(outcome(curve("loss", v)) for v in (1.0, 2.0, 3.0)),
        tuple(outcome(curve("loss", v + 0.1)) for v in (1.0, 2.0, 3.0)),
    )
    after = Replayed(
        tuple(outcome(curve("loss", v)) for v in (1.1, 1.9, 3.1)),
        tuple(outcome(curve("loss", v)) for v in (1.0, 2.0, 3.2)),
    )
    [effect] = effects_on_targets(noisy, after, variances={(TargetKind.METRIC, "loss"): 1.0})
    assert effect.noisy
    assert effect.equivalent_share == pytest.approx(0.0, abs=1e-9)
    [still] = effects_on_targets(noisy, Replayed(noisy.repeats, noisy.repeats))
    assert still.noisy


def test_a_pair_with_a_failure_is_left_out() -> None:
    """And a metric that one side lacks is other bits without a difference."""
    before = Replayed((outcome(curve("acc", 0.5)), failed(), outcome(curve("acc", 0.6))))
    [effect] = effects_on_targets(before, Replayed((outcome(curve("acc", 0.5)), outcome(), failed())))
    assert (effect.pairs, effect.bit_identical) == (1, True)
    [lacking] = effects_on_targets(accuracies(0.5), Replayed((outcome(),)))
    assert (lacking.bit_identical, lacking.difference) == (False, None)


def test_values_that_are_no_numbers() -> None:
    """NaN on both sides are the same bits; NaN on one side is a difference without a size."""
    [same] = effects_on_targets(accuracies(math.nan, 0.5), accuracies(math.nan, 0.5))
    assert same.bit_identical
    [other] = effects_on_targets(accuracies(0.4, 0.5), accuracies(math.nan, 0.5))
    assert not other.bit_identical
    assert other.difference in {None, 0.0}
    assert other.p_value is None


def test_times_are_no_results() -> None:
    """Unless they are asked for."""
    before = Replayed((outcome(curve("acc", 0.5), curve("fit_time", 1.0)),))
    after = Replayed((outcome(curve("acc", 0.5), curve("fit_time", 2.0)),))
    assert [e.name for e in effects_on_targets(before, after)] == ["acc"]
    assert [e.name for e in effects_on_targets(before, after, metrics=["fit_time"])] == ["fit_time"]
    assert same_results(before.outcomes[0], after.outcomes[0])


def test_models_whose_names_were_made_up_are_paired_by_place() -> None:
    """One that was named is paired by its name."""
    first = [ModelWeights("m-1", "sklearn", "aa", named=False), ModelWeights("net", "torch", "bb", named=True)]
    second = [ModelWeights("m-2", "sklearn", "aa", named=False), ModelWeights("net", "torch", "cc", named=True)]
    effects = effects_on_targets(Replayed((outcome(models=first),)), Replayed((outcome(models=second),)))
    assert [(e.kind, e.name, e.bit_identical) for e in effects] == [
        (TargetKind.MODEL, "sklearn", True),
        (TargetKind.MODEL, "net", False),
    ]


def test_predictions_change_by_their_root_mean_square() -> None:
    """And by the share of examples that get another class."""
    before = Replayed((outcome(predictions=[prediction([0.6, 0.4], [0.9, 0.1])]),) * 3)
    after = Replayed((outcome(predictions=[prediction([0.4, 0.6], [0.9, 0.1])]),) * 3)
    known = {(TargetKind.PREDICTIONS, "net"): 0.08}
    [effect] = effects_on_targets(before, after, variances=known)
    assert (effect.kind, effect.bit_identical, effect.churn) == (TargetKind.PREDICTIONS, False, 0.5)
    assert effect.difference == pytest.approx(math.sqrt(0.08 / 4))
    assert effect.equivalent_share == pytest.approx(0.5)
    assert (effect.low, effect.high) == (None, None)
