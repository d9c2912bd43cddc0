"""Shares of an experiment that draws through scikit-learn, NumPy and PyTorch: do their intervals contain the truth?

The draws are real: calls of these libraries in the scopes of their roles, in a program that sets its seeds. One process
serves all roots; that it gives what processes of their own give, and that every corner of a block is what its roots
say, is shown bit for bit, so that the other repeats need the two ends of each block only.
"""

from __future__ import annotations

import hashlib
import json
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bis.instrument.entropy.entropy_plan import EntropyPlan
from bis.stats.double_star import corners, estimate_shares
from tests.calibration.test_share_intervals import batch
from tests.functional.entropy_launcher import run

if TYPE_CHECKING:
    from pathlib import Path

    from bis.stats.arrays import FloatArray

pytestmark = pytest.mark.skipif(
    find_spec("torch") is None or find_spec("sklearn") is None, reason="needs PyTorch and scikit-learn"
)

PROGRAM = "known_shares_program.py"
ROLES = ("split", "init", "shuffle")
REPEATS, BLOCKS = 100, 16
PAIRINGS = 20
CORNERS = corners(len(ROLES))
ROOT = bytes(range(32))
# Of the metric: three independent parts with variance 1, and the product of the first two.
WEIGHTS, PAIR = (0.7, 0.5, 0.4), 0.3
VARIANCE = sum(w * w for w in WEIGHTS) + PAIR**2
TRUTH = np.array([w * w + (PAIR**2 / 2 if name != "shuffle" else 0.0) for name, w in zip(ROLES, WEIGHTS, strict=True)])
TRUTH /= VARIANCE


def root_of(*key: object) -> str:
    """A root of its own for each key, the same on every machine."""
    return hashlib.sha256(repr(key).encode()).hexdigest()


def metric_of(parts: FloatArray) -> FloatArray:
    """What the program logs, as a function of what it drew for the roles (…, 3)."""
    split, init, shuffle = np.moveaxis(parts, -1, 0)
    found = WEIGHTS[0] * split + WEIGHTS[1] * init + WEIGHTS[2] * shuffle + PAIR * split * init
    return np.asarray(found, dtype=np.float64)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[FloatArray, FloatArray]:
    """Parts at the ends of all blocks (repeats, blocks, 2, 3), and the metric at all corners of the first repeat."""
    folder = tmp_path_factory.mktemp("draws")
    ends = [
        dict.fromkeys(ROLES, root_of(repeat, block, end))
        for repeat in range(REPEATS)
        for block in range(BLOCKS)
        for end in "AB"
    ]
    of_corners = [
        {role: root_of(0, block, "B" if b else "A") for role, b in zip(ROLES, from_b, strict=True)}
        for block in range(BLOCKS)
        for from_b in CORNERS
    ]
    results = results_of(folder, [*ends, *of_corners])
    parts = np.array([[one[role] for role in ROLES] for one in results[: len(ends)]])
    metrics = np.array([one["metric"] for one in results[len(ends) :]])
    # A process of its own, with the roots of the last corner. Each role draws from a seed that the program sets.
    alone = run(plan_of(of_corners[-1]), folder / "log", PROGRAM)
    assert alone.told("failed") == []
    assert alone.printed == [results[-1]]
    ((told,),) = alone.told("draws")
    assert {role["role"] for role in told if role["seeded"]} >= set(ROLES)
    return parts.reshape(REPEATS, BLOCKS, 2, len(ROLES)), metrics.reshape(BLOCKS, len(CORNERS))


def plan_of(roots: dict[str, str]) -> EntropyPlan:
    """Seeds of the program are drawn anew, from these roots."""
    return EntropyPlan(ROOT, scoped=True, reseeded=True, roles={r: bytes.fromhex(root) for r, root in roots.items()})


def results_of(folder: Path, roots: list[dict[str, str]]) -> list[dict[str, float]]:
    """What the program gives for each of these roots of roles."""
    (folder / "roots.json").write_text(json.dumps(roots), encoding="utf-8")
    outcome = run(plan_of({}), folder / "log", PROGRAM, str(folder / "roots.json"))
    assert outcome.told("failed") == []
    printed: list[dict[str, float]] = outcome.printed
    return printed


def corner_parts(ends: FloatArray) -> FloatArray:
    """The parts at the corners (blocks, runs, 3), from those at A and B (blocks, 2, 3)."""
    return np.where(np.array(CORNERS), ends[:, 1:], ends[:, :1])


def test_a_corner_is_what_its_roots_say(drawn: tuple[FloatArray, FloatArray]) -> None:
    """Bit for bit: what is drawn for a role depends on the root of that role only."""
    parts, metrics = drawn
    assert np.array_equal(metric_of(corner_parts(parts[0])), metrics)


def test_parts_are_independent_with_variance_one(drawn: tuple[FloatArray, FloatArray]) -> None:
    """So that the true shares are known: 3,200 draws of each part."""
    values = drawn[0].reshape(-1, len(ROLES))
    error = 1 / np.sqrt(len(values))
    assert np.abs(values.mean(axis=0)).max() < 4 * error
    assert np.abs(values.var(axis=0) - 1.0).max() < 4 * np.sqrt(2) * error
    assert np.abs(np.corrcoef(values.T) - np.eye(len(ROLES))).max() < 4 * error


def test_intervals_contain_the_true_shares(drawn: tuple[FloatArray, FloatArray]) -> None:
    """In at least 88 % of 100 repeats with 16 blocks, and the shares have no bias."""
    shares = np.zeros((REPEATS, len(ROLES)))
    inside = np.zeros((REPEATS, len(ROLES)), dtype=np.bool_)
    for repeat, ends in enumerate(drawn[0]):
        for factor in estimate_shares(metric_of(corner_parts(ends))[..., np.newaxis]).factors:
            bounds = factor.share.interval
            assert bounds is not None
            shares[repeat, factor.factor] = factor.share.value
            inside[repeat, factor.factor] = bounds.low <= TRUTH[factor.factor] <= bounds.high
    assert inside.mean() >= 0.88
    assert shares.mean(axis=0) == pytest.approx(TRUTH, abs=0.03)


def test_intervals_contain_the_true_share_of_each_cause(drawn: tuple[FloatArray, FloatArray]) -> None:
    """In at least 88 % of 2,000 experiments, so that chance decides little (it is between 90 and 94 %).

    The draws are the same, in blocks of other roots: those of one role may go together with any of another.
    """
    parts = drawn[0].reshape(-1, 2, len(ROLES))
    rng = np.random.default_rng(0)
    mixed = np.stack([
        np.stack([parts[rng.permutation(len(parts)), :, role] for role in range(len(ROLES))], axis=-1)
        for _ in range(PAIRINGS)
    ])  # fmt: skip
    outputs = metric_of(corner_parts(mixed.reshape(-1, 2, len(ROLES))))
    result = batch(outputs.reshape(PAIRINGS * REPEATS, BLOCKS, len(CORNERS), 1))
    assert result.coverage(TRUTH).min() >= 0.88
