"""Operating characteristics of comparisons: false alarms and power of each test, coverage of each interval.

Simulations with fixed seeds, by the functions that comparisons use; permutation tests in a form for thousands of
samples at once, which is shown to agree with them. Bands are three standard errors of the simulation.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from bis.stats.equivalence import equivalence, paired_equivalence
from bis.stats.group_statistics import GroupedRun, group_statistics
from bis.stats.mean_difference import mean_difference, paired_mean_difference
from bis.stats.mean_power import detectable_difference, replays_for_equivalence, replays_to_detect
from bis.stats.paired_effect import paired_effect
from bis.stats.probability_better import Criterion, paired_probability_better, probability_better, runs_for_criterion
from bis.stats.sign_flips import sign_flip_test
from bis.stats.superiority import Conclusion, superiority

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis.stats.arrays import FloatArray

    Draw = Callable[[np.random.Generator, tuple[int, ...]], FloatArray]

M = 2_000
SOME = 400


def rng_for(*key: object) -> np.random.Generator:
    """A generator of its own for each case, the same on every machine."""
    return np.random.default_rng(list(repr(key).encode()))


def error(share: float, trials: int = M) -> float:
    """Three standard errors of an estimated share."""
    return 3 * math.sqrt(share * (1 - share) / trials)


def crashing(rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    """Runs of which 10 % end up 6 standard deviations away."""
    return np.asarray(rng.standard_normal(shape) - 6.0 * (rng.random(shape) < 0.1), dtype=np.float64)


DRAWS: dict[str, Draw] = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "skewed": lambda rng, shape: rng.gamma(1.0, size=shape),
    "rounded": lambda rng, shape: np.round(0.7 * rng.standard_normal(shape)),
    "crashing": crashing,
}


def permutation_p_values(first: FloatArray, second: FloatArray) -> FloatArray:
    """Two-sided p-values of samples (m, a) and (m, b), row by row."""
    both = np.concatenate([first, second], axis=1)
    chosen = np.array(list(itertools.combinations(range(both.shape[1]), first.shape[1])))
    inside = np.zeros((len(chosen), both.shape[1]))
    np.put_along_axis(inside, chosen, 1.0, axis=1)
    p_values = []
    for rows in np.array_split(both, max(1, len(both) // 100)):
        sums, seen = rows @ inside.T, rows[:, : first.shape[1]].sum(axis=1, keepdims=True)
        tails = np.minimum((sums <= seen + 1e-9).mean(axis=1), (sums >= seen - 1e-9).mean(axis=1))
        p_values.append(np.minimum(1.0, 2 * tails))
    return np.concatenate(p_values)


def sign_flip_p_values(differences: FloatArray) -> FloatArray:
    """P-values of differences (m, n), row by row."""
    signs = np.array(list(itertools.product((1.0, -1.0), repeat=differences.shape[1])))
    sums = np.abs(differences @ signs.T)
    return np.asarray((sums >= sums[:, :1] - 1e-9).mean(axis=1), dtype=np.float64)


def test_batch_forms_are_the_tests() -> None:
    """Row by row, for independent runs and for pairs."""
    rng = rng_for("agree")
    a, b = np.round(rng.standard_normal((2, 8, 6)), 1)
    alone = permutation_p_values(a, b)
    pairs = sign_flip_p_values(b - a)
    for i in range(8):
        found = superiority(a[i], b[i], paired=False)
        assert found.p_permutation == pytest.approx(alone[i])
        assert found.conclusion is not Conclusion.BETTER or alone[i] <= 0.05
        assert sign_flip_test(b[i] - a[i]).p_value == pytest.approx(pairs[i])


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize(("m", "n"), [(4, 4), (4, 8), (8, 8)])
def test_false_alarms_of_independent_runs(name: str, m: int, n: int) -> None:
    """At most 5 % "better" or "worse" between equal experiments, for every distribution; as near as it can be."""
    trials = M if m + n < 16 else 1_000
    rng = rng_for("alone", name, m, n)
    rate = float(np.mean(permutation_p_values(DRAWS[name](rng, (trials, m)), DRAWS[name](rng, (trials, n))) <= 0.05))
    assert rate <= 0.05 + error(0.05, trials)
    if name == "normal":
        assert rate >= 2 / math.comb(m + n, m) * math.floor(0.025 * math.comb(m + n, m)) - error(0.05, trials)


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("n", [6, 8, 12])
def test_false_alarms_of_pairs(name: str, n: int) -> None:
    """At most 5 %, and exactly what is attainable for continuous metrics."""
    rng = rng_for("pairs", name, n)
    differences = DRAWS[name](rng, (1_500, n)) - DRAWS[name](rng, (1_500, n))
    rate = float(np.mean(sign_flip_p_values(differences) <= 0.05))
    assert rate <= 0.05 + error(0.05, 1_500)
    if name in {"normal", "skewed"}:
        attainable = math.floor(0.05 * 2**n / 2) / 2 ** (n - 1)
        assert rate == pytest.approx(attainable, abs=error(0.05, 1_500))


@pytest.mark.parametrize("n", [6, 8])
def test_power_at_the_detectable_difference(n: int) -> None:
    """About .8, a little less than the t-test's, for which it is computed; the rule for "how many would decide"."""
    rng = rng_for("power", n)
    shift = detectable_difference(n, second=n)
    rate = np.mean(
        permutation_p_values(rng.standard_normal((1_000, n)), shift + rng.standard_normal((1_000, n))) <= 0.05
    )
    assert rate == pytest.approx(0.78, abs=0.02 + error(0.8, 1_000))
    differences = detectable_difference(n) + rng.standard_normal((1_500, n))
    floor = 0.62 if n == 6 else 0.74  # with 6 pairs only one pattern of 32 may count
    assert floor - error(0.7, 1_500) <= np.mean(sign_flip_p_values(differences) <= 0.05) <= 0.8 + error(0.8, 1_500)


@pytest.mark.parametrize("shift", [2.0, 3.0])
def test_that_many_replays_would_decide(shift: float) -> None:
    """Power at the number that is recommended for a known difference: .8 or more (within 4 points)."""
    n = replays_to_detect(shift, paired=False)
    assert n is not None
    rng = rng_for("decide", shift)
    rate = np.mean(
        permutation_p_values(rng.standard_normal((1_000, n)), shift + rng.standard_normal((1_000, n))) <= 0.05
    )
    assert rate >= 0.76 - error(0.8, 1_000)


@pytest.mark.parametrize("margin", [1.0, 2.0])
def test_equivalence_of_independent_runs(margin: float) -> None:
    """At most 5 % false claims at the margin itself; .8 power without a difference at the recommended number."""
    n = replays_for_equivalence(margin, paired=False)
    assert n is not None
    rng = rng_for("tost", margin)
    a, b = rng.standard_normal((2, SOME, n))
    claims = [equivalence(y, x, margin=margin).p_value <= 0.05 for x, y in zip(a, b + margin, strict=True)]
    assert np.mean(claims) <= 0.05 + error(0.05, SOME)
    claims = [equivalence(y, x, margin=margin).p_value <= 0.05 for x, y in zip(a, b, strict=True)]
    assert np.mean(claims) == pytest.approx(0.82, abs=0.03 + error(0.8, SOME))


@pytest.mark.parametrize("margin", [1.0, 1.5])
def test_equivalence_of_pairs(margin: float) -> None:
    """The same."""
    n = replays_for_equivalence(margin, paired=True)
    assert n is not None
    differences = rng_for("paired tost", margin).standard_normal((SOME, n))
    claims = [paired_equivalence(d + margin, margin=margin).p_value <= 0.05 for d in differences]
    assert np.mean(claims) <= 0.05 + error(0.05, SOME)
    claims = [paired_equivalence(d, margin=margin).p_value <= 0.05 for d in differences]
    assert np.mean(claims) == pytest.approx(0.83, abs=0.05 + error(0.8, SOME))


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("n", [3, 10])
def test_coverage_of_mean_differences(name: str, n: int) -> None:
    """Intervals of independent runs and of pairs: .95 for normal metrics, .93 or more for the others."""
    rng = rng_for("means", name, n)
    a, b = DRAWS[name](rng, (2, SOME, n))
    for interval in (mean_difference, paired_mean_difference):
        found = [interval(x, y) for x, y in zip(a, b, strict=True)]
        covered = np.mean([d.interval.contains(0.0) for d in found if d.spread])
        assert covered >= (0.95 if name == "normal" else 0.94) - error(0.05, SOME)


@pytest.mark.parametrize("p", [0.5, 0.75, 0.9])
@pytest.mark.parametrize(("m", "n"), [(4, 4), (4, 12), (29, 29)])
def test_coverage_of_the_probability_to_be_better(p: float, m: int, n: int) -> None:
    """Of independent normal runs: about .95."""
    rng = rng_for("better", p, m, n)
    shift = math.sqrt(2) * stats.norm.ppf(p)
    found = [
        probability_better(rng.standard_normal(m), shift + rng.standard_normal(n)).interval.contains(p)
        for _ in range(SOME)
    ]
    assert np.mean(found) >= 0.945 - error(0.05, SOME)


@pytest.mark.parametrize("p", [0.5, 0.75])
@pytest.mark.parametrize("n", [6, 29])
def test_coverage_of_the_probability_to_be_better_in_pairs(p: float, n: int) -> None:
    """At least .95, by construction; with ties too."""
    rng = rng_for("pairs better", p, n)
    for values in (rng.random((SOME, n)) < p, np.where(rng.random((SOME, n)) < 0.4, 0.5, rng.random((SOME, n)) < p)):
        truth = p if values.dtype == bool else 0.2 + 0.6 * p
        found = [paired_probability_better(row - 0.5).interval.contains(truth) for row in values.astype(float)]
        assert np.mean(found) >= 0.95 - error(0.05, SOME)


def test_bouthilliers_criterion_with_his_number_of_runs() -> None:
    """29 of each: at most 5 % false alarms, nine in ten of gamma found; pairs, by their signs alone, three in four."""
    n = runs_for_criterion()
    rng = rng_for("bouthillier")
    shift = math.sqrt(2) * stats.norm.ppf(0.75)
    none, some = (
        [probability_better(rng.standard_normal(n), d + rng.standard_normal(n)).criterion() for _ in range(SOME)]
        for d in (0.0, shift)
    )
    assert np.mean([c is not Criterion.NOT_SIGNIFICANT for c in none]) <= 0.05 + error(0.05, SOME)
    assert np.mean([c is Criterion.MEANINGFUL for c in some]) == pytest.approx(0.92, abs=0.02 + error(0.92, SOME))
    pairs = [paired_probability_better((rng.random(n) < 0.75) - 0.5).criterion() for _ in range(SOME)]
    assert np.mean([c is Criterion.MEANINGFUL for c in pairs]) == pytest.approx(0.74, abs=0.03 + error(0.74, SOME))


@pytest.mark.parametrize("shift", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("n", [3, 8])
def test_coverage_of_the_equivalent_variance_share(shift: float, n: int) -> None:
    """Of an environment that shifts, that scatters, or both: at least .95."""
    rng = rng_for("share", shift, n)
    truth = (1 + shift**2) / (2 * 4.0)
    inside = []
    for differences in shift + rng.standard_normal((SOME, n)):
        part = paired_effect(np.zeros(n), differences, variance=4.0).variance_share
        assert part is not None
        assert part.interval is not None
        inside.append(part.interval.contains(truth))
    assert np.mean(inside) >= 0.95 - error(0.05, SOME)


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("n", [3, 6])
def test_family_wise_error_over_all_pairs_of_groups(n: int, *, paired: bool) -> None:
    """Four equal groups, six pairs: at most 5 % of tables with any difference."""
    rng = rng_for("groups", n, paired)
    alarms = []
    for values in rng.standard_normal((200, 4, n)):
        runs = [
            GroupedRun(str(group), float(value), str(seed) if paired else None)
            for group, row in enumerate(values)
            for seed, value in enumerate(row)
        ]
        adjusted = [pair.adjusted for pair in group_statistics(runs).pairs]
        alarms.append(min(p for p in adjusted if p is not None) <= 0.05)
    assert np.mean(alarms) <= 0.05 + error(0.05, 200)


def test_groups_that_differ_are_found() -> None:
    """Three runs of each, two groups of four apart by 8 standard deviations: the four pairs across, none within."""
    rng = rng_for("found")
    across: list[bool] = []
    within: list[bool] = []
    for values in rng.standard_normal((60, 4, 3)) + np.array([0, 0, 8, 8])[:, np.newaxis]:
        runs = [GroupedRun(str(i), float(value)) for i, row in enumerate(values) for value in row]
        for pair in group_statistics(runs).pairs:
            together = (int(pair.first) < 2) == (int(pair.second) < 2)
            (within if together else across).append((pair.adjusted or 0.0) <= 0.05)
    assert np.mean(across) >= 0.9
    assert np.mean(within) <= 0.05 + error(0.05, 120)
