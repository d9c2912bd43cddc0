"""Shares of variance from double-star blocks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bis.stats.double_star import corners, estimate_shares, set_variances
from bis.stats.variance_shares import FactorShares, SharesOutcome, VariancePart, VarianceShares
from tests.unit.stats.synthetic_experiments import ADDITIVE, SCALAR, VECTOR, additive, factors, normals, uniforms


def shares_of(result: VarianceShares) -> list[float]:
    """Shapley shares in the order of the factors."""
    return [factor.share.value for factor in result.factors]


def whole(result: VarianceShares) -> float:
    """What must be 1: all shares and the scheduling noise."""
    noise = result.scheduling.part
    return sum(shares_of(result)) + (noise.value if noise else 0.0)


def error(part: VariancePart, result: VarianceShares) -> float:
    """Standard error behind an interval."""
    assert part.half_width is not None
    return part.half_width / 100 / float(stats.t.ppf(0.975, result.effective_blocks - 1))


@pytest.mark.parametrize(("k", "runs"), [(1, 2), (2, 4), (3, 8), (4, 10), (5, 12)])
def test_number_and_order_of_runs(k: int, runs: int) -> None:
    """A, B, A with one from B, B with one from A; no run twice."""
    design = corners(k)
    assert len(design) == len(set(design)) == runs
    assert design[0] == (False,) * k
    assert design[1] == (True,) * k
    assert [sum(corner) for corner in design[2 : 2 + k]] == ([1] * k if k > 1 else [])
    if k > 2:
        assert [corner.index(True) for corner in design[2 : 2 + k]] == list(range(k))
        assert [corner.index(False) for corner in design[2 + k :]] == list(range(k))


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_every_subset_has_a_pair(k: int) -> None:
    """The differences of a block cover all subsets of factors: without this, shares could not be computed."""
    seen = {tuple(a != b for a, b in zip(x, y, strict=True)) for x in corners(k) for y in corners(k)}
    assert len(seen) == 2**k


@pytest.mark.parametrize("k", [0, 6, 7])
def test_more_than_five_factors_are_grouped_first(k: int) -> None:
    """20 of the 63 subsets of 6 factors would have no pair."""
    with pytest.raises(ValueError, match="1 to 5 factors"):
        corners(k)


@pytest.mark.parametrize("name", SCALAR)
def test_known_shares_with_many_blocks(name: str) -> None:
    """400 blocks: share, first-order and total effect of each factor, and the interaction, within 4 standard errors."""
    truth = SCALAR[name]
    result = estimate_shares(truth.outputs(400, "t"))
    for factor, share, first, total in zip(result.factors, truth.shares, truth.first_order, truth.total, strict=True):
        for part, value in ((factor.share, share), (factor.first_order, first), (factor.total, total)):
            assert abs(part.value - value) <= 4 * error(part, result)
            assert part.half_width is not None
            assert part.half_width < 20
    assert result.interaction is not None
    assert abs(result.interaction.value - truth.interaction) <= 4 * error(result.interaction, result)
    assert result.variance == pytest.approx(1.0, abs=0.25)
    assert not result.indicative


def test_known_shares_of_a_vector_with_few_blocks() -> None:
    """8 blocks of a vector with 20 components are about as precise as 100 of a scalar."""
    result = estimate_shares(VECTOR.outputs(8, "t"))
    assert shares_of(result) == pytest.approx(ADDITIVE, abs=0.1)
    assert result.dimension > 10
    assert not result.indicative
    assert result.half_width is not None
    assert result.half_width < 12


def test_shares_of_the_ishigami_function() -> None:
    """Goda's known answer: shares .4357 .4424 .1218, total effects .5576 .4424 .2437, first-order .3139 .4424 0."""
    a, b = np.random.default_rng(7).uniform(-math.pi, math.pi, (2, 200_000, 3))
    x = factors(a, b, 3)
    y = np.sin(x[..., 0]) + 7 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])
    result = estimate_shares(y[..., np.newaxis])
    assert shares_of(result) == pytest.approx([0.4357, 0.4424, 0.1218], abs=0.004)
    assert [factor.total.value for factor in result.factors] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.004)
    assert [factor.first_order.value for factor in result.factors] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.006)
    assert result.variance == pytest.approx(49 / 8 + math.pi**4 / 50 + math.pi**8 / 1800 + 0.5, rel=0.01)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_factors_that_move_a_component_of_their_own_each(k: int) -> None:
    """Then the shares are the squared differences themselves, in a single block, without any interaction."""
    a, b = normals((2, 3, k), "own", k)
    outputs = factors(a, b, k)
    result = estimate_shares(outputs)
    expected = ((a - b) ** 2).sum(axis=0) / ((a - b) ** 2).sum()
    assert shares_of(result) == pytest.approx(expected)
    assert [factor.total.value for factor in result.factors] == pytest.approx(expected)
    assert [factor.first_order.value for factor in result.factors] == pytest.approx(expected)
    assert result.interaction is not None
    assert result.interaction.value == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", SCALAR)
def test_shares_of_every_block_add_up_to_one(name: str) -> None:
    """Not on average: by construction."""
    for block in SCALAR[name].outputs(50, "sum"):
        assert whole(estimate_shares(block[np.newaxis])) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_interaction_of_all_factors_alone(k: int) -> None:
    """The product of fair signs: no factor explains anything alone, each can undo all, the shares are equal."""
    a, b = np.where(uniforms((2, 4000, k), "signs", k) < 0.5, -1.0, 1.0)
    result = estimate_shares(factors(a, b, k).prod(axis=-1)[..., np.newaxis])
    assert shares_of(result) == pytest.approx([1 / k] * k, abs=0.03)
    assert [factor.total.value for factor in result.factors] == pytest.approx([1.0] * k, abs=0.1)
    assert [factor.first_order.value for factor in result.factors] == pytest.approx([0.0] * k, abs=0.1)


def test_a_single_factor_explains_all() -> None:
    """One cause: share, first-order and total effect are 1."""
    result = estimate_shares(normals((6, 2, 1), "one"))
    (only,) = result.factors
    assert (only.share.value, only.first_order.value, only.total.value) == (1.0, 1.0, 1.0)
    assert result.half_width == 0.0


def test_an_inert_factor_is_left_out() -> None:
    """It changes nothing bit for bit: named as inert, and the others are those of the design without it."""
    a, b = normals((2, 20, 4), "inert")
    outputs = factors(a, b, 4) @ np.array([1.0, 2.0, 0.0, 3.0])
    result = estimate_shares(outputs[..., np.newaxis])
    assert [factor.inert for factor in result.factors] == [False, False, True, False]
    zero = VariancePart(0.0, None)
    assert result.factors[2] == FactorShares(
        2, share=zero, first_order=zero, total=zero, inert=True, pairs=40, changed=0
    )
    rest = estimate_shares((factors(a[:, [0, 1, 3]], b[:, [0, 1, 3]], 3) @ np.array([1.0, 2.0, 3.0]))[..., np.newaxis])
    kept = [factor for factor in result.factors if not factor.inert]
    for ours, theirs in zip(kept, rest.factors, strict=True):
        for mine, other in ((ours.share, theirs.share), (ours.total, theirs.total)):
            assert (mine.value, mine.half_width) == pytest.approx((other.value, other.half_width))
    assert whole(result) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_all_but_one_are_inert(k: int) -> None:
    """The one that is left explains everything, exactly."""
    a, b = normals((2, 4, k), "alone", k)
    result = estimate_shares(factors(a, b, k)[..., -1:])
    assert [factor.inert for factor in result.factors] == [True] * (k - 1) + [False]
    assert result.factors[-1].share.value == 1.0


def test_two_factors_that_seem_inert_one_by_one_are_not_both_left_out() -> None:
    """Their single swaps change nothing, both together do: only what all runs agree on counts as inert."""
    a, b = np.zeros((3, 3)), np.ones((3, 3))
    z = factors(a, b, 3)
    result = estimate_shares((z.sum(axis=-1) >= 2)[..., np.newaxis])
    assert not any(factor.inert for factor in result.factors)
    assert shares_of(result) == pytest.approx([1 / 3] * 3)


def test_a_factor_that_moves_no_accuracy_is_not_taken_for_inert() -> None:
    """Accuracies stay equal by chance: where other causes leave it equal too, the factor keeps an interval."""
    a, b = normals((2, 6, 3), "coarse")
    plain = np.round(factors(a, b, 3) @ np.array([0.5, 0.4, 0.0]))[..., np.newaxis]
    result = estimate_shares(plain)
    assert [factor.inert for factor in result.factors] == [False] * 3
    still = result.factors[2]
    assert (still.changed, still.pairs, still.total.value) == (0, 24, 0.0)
    assert 0 < result.factors[0].changed < 24
    assert still.share.interval is not None
    assert still.share.interval.contains(0.0)
    assert whole(result) == pytest.approx(1.0, abs=1e-12)


def test_one_block_does_not_show_that_a_factor_is_inert() -> None:
    """Two pairs without a change are too few, however sure the others move."""
    a, b = normals((2, 2, 5), "once")
    outputs = (factors(a, b) @ np.array([1.0, 2.0, 0.0, 3.0, 1.0]))[..., np.newaxis]
    assert [estimate_shares(outputs[:n]).factors[2].inert for n in (1, 2)] == [False, True]


@pytest.mark.parametrize("outputs", [np.full((4, 12, 1), 0.93), np.full((2, 2, 3), -0.0)])
def test_nothing_varies(outputs: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
    """A result of its own: no share, no division of nothing by nothing."""
    result = estimate_shares(outputs, np.stack([outputs[:, 0], outputs[:, 1]], axis=1))
    assert result.outcome is SharesOutcome.NOTHING_VARIES
    assert result.factors == ()
    assert (result.interaction, result.half_width, result.widest_half_width, result.largest) == (None,) * 4
    assert (result.variance, result.scheduling.differing) == (0.0, 0)
    assert result.indicative


def test_blocks_that_differ_while_their_runs_do_not() -> None:
    """Something that is none of the factors moves the output: that is said, instead of nothing or of a share."""
    outputs = np.broadcast_to(np.arange(4.0)[:, np.newaxis, np.newaxis], (4, 12, 1))
    assert estimate_shares(outputs).outcome is SharesOutcome.VARIES_BETWEEN_BLOCKS


def test_total_variance_that_was_seen_nowhere() -> None:
    """A and B agree in the only block, other corners differ: no total to divide by, so no share."""
    outputs = np.zeros((1, 8, 1))
    outputs[0, 2], outputs[0, 5] = 1.0, 1.0  # one factor swapped, and its complement
    result = estimate_shares(outputs)
    assert result.outcome is SharesOutcome.UNRESOLVED
    assert result.factors == ()


def test_constant_blocks_with_repeats_that_differ() -> None:
    """Noise was seen, but its part of a variance of zero is no number."""
    result = estimate_shares(np.ones((2, 12, 1)), [[[1.0], [1.5]]])
    assert result.outcome is SharesOutcome.UNRESOLVED
    assert result.scheduling.differing == 1
    assert result.scheduling.variance == pytest.approx(0.125)
    assert result.scheduling.part is None


def test_a_crashed_run_leaves_its_block_out() -> None:
    """The others are used, and the number is told; what is in the place of the run is not read."""
    outputs = additive(6, "crash")
    missing = np.zeros((6, 12), dtype=bool)
    missing[2, 7] = missing[2, 8] = True
    broken = outputs.copy()
    broken[2, 7] = math.nan
    result = estimate_shares(broken, missing=missing)
    rest = estimate_shares(np.delete(outputs, 2, axis=0))
    assert (result.blocks, result.incomplete, result.not_finite) == (5, 1, 0)
    assert result.factors == rest.factors


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_outputs_that_are_no_numbers(value: float) -> None:
    """Their block is left out and counted apart from crashes; repeats too."""
    outputs = additive(6, "nan")
    outputs[0, 3] = value
    result = estimate_shares(outputs, [[[1.0], [value]], [[1.0], [1.0]]])
    assert (result.blocks, result.incomplete, result.not_finite) == (5, 0, 1)
    assert (result.scheduling.pairs, result.scheduling.not_finite) == (1, 1)
    assert all(math.isfinite(share) for share in shares_of(result))


def test_no_block_is_left() -> None:
    """Nothing is said about shares."""
    for outputs in (np.full((3, 12, 1), math.nan), np.zeros((0, 12, 1))):
        result = estimate_shares(outputs)
        assert result.outcome is SharesOutcome.NO_BLOCK
        assert (result.factors, result.variance, result.blocks) == ((), None, 0)


def test_one_block_has_no_interval() -> None:
    """Shares without an error are indicative."""
    result = estimate_shares(additive(1, "single"))
    assert result.outcome is SharesOutcome.ESTIMATED
    assert all(factor.share.interval is None for factor in result.factors)
    assert (result.half_width, result.widest_half_width) == (None, None)
    assert result.indicative


def test_one_block_that_varies_among_constant_ones_has_no_interval() -> None:
    """However many blocks: all that is known comes from one."""
    outputs = np.zeros((20, 12, 1))
    outputs[11] = additive(1, "lonely")[0]
    result = estimate_shares(outputs)
    assert result.effective_blocks == pytest.approx(1.0)
    assert all(factor.share.interval is None for factor in result.factors)
    assert result.indicative


@pytest.mark.parametrize(("blocks", "indicative"), [(15, True), (16, False)])
def test_scalars_are_indicative_below_16_blocks(blocks: int, indicative: bool) -> None:
    """Their intervals are too wide to quote."""
    assert estimate_shares(additive(blocks, "few")).indicative is indicative


@pytest.mark.parametrize(("blocks", "indicative"), [(3, True), (4, False)])
def test_vectors_are_indicative_below_4_blocks(blocks: int, indicative: bool) -> None:
    """Many components average the noise."""
    assert estimate_shares(VECTOR.outputs(blocks, "few")).indicative is indicative


def test_a_vector_that_varies_in_one_direction_counts_as_a_scalar() -> None:
    """50 columns, of which one varies and the others hardly: 8 blocks are few."""
    outputs = np.concatenate([additive(8, "flat"), 1e-3 * normals((8, 12, 49), "flat rest")], axis=-1)
    result = estimate_shares(outputs)
    assert result.dimension == pytest.approx(1.0, abs=0.3)
    assert result.indicative


def test_scheduling_noise_of_ten_percent() -> None:
    """64 blocks with both A and B repeated: V_eps .100 +- .012, taken off the shares, on its own line."""
    outputs = math.sqrt(0.9) * additive(64, "noise") + math.sqrt(0.1) * normals((64, 12, 1), "noise")
    again = outputs[:, :2] + 0.0
    again += math.sqrt(0.1) * (normals((64, 2, 1), "again") - normals((64, 12, 1), "noise")[:, :2])
    repeats = np.stack([outputs[:, :2], again], axis=2).reshape(-1, 2, 1)
    result = estimate_shares(outputs, repeats)
    noise = result.scheduling
    assert (noise.pairs, noise.differing) == (128, 128)
    assert noise.variance == pytest.approx(0.1, abs=3 * 0.012)
    assert noise.part is not None
    assert noise.part.value == pytest.approx(0.1, abs=3 * 0.016)
    assert noise.part.interval is not None
    assert noise.part.interval.contains(0.1)
    assert whole(result) == pytest.approx(1.0, abs=1e-12)
    for factor, share in zip(result.factors, ADDITIVE, strict=True):
        assert abs(factor.share.value - 0.9 * share) <= 4 * error(factor.share, result)
        assert abs(factor.total.value - 0.9 * share) <= 4 * error(factor.total, result)


def test_scheduling_noise_that_was_not_seen() -> None:
    """Repeats that are bit-equal: zero, without an interval that nobody measured; without repeats: not known."""
    outputs = additive(6, "quiet")
    result = estimate_shares(outputs, np.stack([outputs[:2, 0], outputs[:2, 0]], axis=1))
    assert result.scheduling.part == VariancePart(0.0, None)
    assert (result.scheduling.pairs, result.scheduling.differing) == (2, 0)
    unknown = estimate_shares(outputs)
    assert (unknown.scheduling.part, unknown.scheduling.variance) == (None, None)
    assert unknown.factors == result.factors


def test_scheduling_noise_alone() -> None:
    """A program that no seed moves: the line of scheduling is all, shares are zero within their errors."""
    outputs = normals((32, 12, 1), "only noise")
    result = estimate_shares(outputs, normals((64, 2, 1), "only noise again"))
    assert result.scheduling.part is not None
    assert result.scheduling.part.interval is not None
    assert result.scheduling.part.interval.contains(1.0)
    for factor in result.factors:
        for part in (factor.share, factor.total, factor.first_order):
            assert abs(part.value) <= 4 * error(part, result)


@given(
    st.permutations(range(5)),
    st.sampled_from([1e-300, 1e-160, 1e-8, 1.0, 1e8, 1e150, 1e300]),
    st.booleans(),
)
def test_order_of_factors_and_units_do_not_matter(order: list[int], scale: float, flipped: bool) -> None:
    """Shares follow their factors, and are the same in any unit, however small or large."""
    a, b = normals((2, 5, 5), "units")
    weights = np.sqrt(ADDITIVE)
    plain = estimate_shares((factors(a, b) @ weights)[..., np.newaxis])
    moved = factors(a[:, order], b[:, order]) @ weights[order] * (-scale if flipped else scale)
    result = estimate_shares(moved[..., np.newaxis])
    assert shares_of(result) == pytest.approx([shares_of(plain)[i] for i in order], abs=1e-9)


def test_a_huge_constant_beside_tiny_differences() -> None:
    """Columns that do not vary change nothing, whatever is in them."""
    outputs = 1e-100 * additive(5, "tiny")
    wide = np.concatenate([outputs, np.full((5, 12, 1), 1e300)], axis=-1)
    assert shares_of(estimate_shares(wide)) == pytest.approx(shares_of(estimate_shares(outputs)))


def test_a_large_offset_does_not_matter() -> None:
    """Only differences of outputs enter."""
    outputs = np.round(additive(5, "offset") * 2**10) / 2**10
    assert shares_of(estimate_shares(outputs + 2.0**30)) == shares_of(estimate_shares(outputs))


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 3, 4, 5]), st.integers(1, 5), st.integers(1, 3))
def test_total_effects_bound_no_share_from_nothing(seed: int, k: int, n: int, d: int) -> None:
    """Rounded outputs with many ties: shares add up to 1, or there is a reason why there are none."""
    rng = np.random.default_rng(seed)
    outputs = np.round(rng.standard_normal((n, len(corners(k)), d)) * rng.choice([0.3, 1.0]))
    result = estimate_shares(outputs)
    if result.outcome is SharesOutcome.ESTIMATED:
        assert whole(result) == pytest.approx(1.0, abs=1e-9)
        assert all(math.isfinite(share) for share in shares_of(result))
    else:
        assert result.factors == ()


def test_higher_confidence_is_wider() -> None:
    """As for looks, of which each takes a third of the error."""
    outputs = additive(8, "wide")
    usual, wide = estimate_shares(outputs), estimate_shares(outputs, confidence=1 - 0.05 / 3)
    assert usual.widest_half_width is not None
    assert wide.widest_half_width is not None
    assert wide.widest_half_width > usual.widest_half_width
    assert shares_of(usual) == shares_of(wide)


def test_set_variances_are_unbiased() -> None:
    """Over all subsets of two interacting factors."""
    a, b = normals((2, 60_000, 2), "unbiased")
    z = factors(a, b, 2)
    means = set_variances((z[..., 0] + 2 * z[..., 0] * z[..., 1])[..., np.newaxis]).mean(axis=0)
    assert means == pytest.approx([0.0, 5.0, 4.0, 5.0], rel=0.06)


@pytest.mark.parametrize(
    ("blocks", "repeats", "missing", "message"),
    [
        (np.zeros((3, 12)), None, None, r"shape \(n, runs, d\)"),
        (np.zeros((3, 14, 1)), None, None, "got .3, 14, 1."),
        (np.zeros((3, 12, 0)), None, None, "got .3, 12, 0."),
        (np.zeros((3, 12, 2)), np.zeros((2, 2, 1)), None, "repeats must have shape"),
        (np.zeros((3, 12, 2)), None, np.zeros((3, 11)), "missing must have the shape"),
    ],
)
def test_shapes_that_do_not_fit(blocks: object, repeats: object, missing: object, message: str) -> None:
    """14 runs would be 6 factors."""
    with pytest.raises(ValueError, match=message):
        estimate_shares(blocks, repeats, missing=missing)  # type: ignore[arg-type] # that is the test
