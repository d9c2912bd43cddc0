"""From replays to shares: the intervals hold, and what cannot be divided is not."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from bis._explain.design import BlockDesign, VariedRoles
from bis._explain.shares import half_width, target_shares
from bis._explain.targets import Target
from bis.model.attribution import TargetKind
from bis.model.statement import StatementCode
from tests.unit._explain.synthetic_programs import INIT, SHUFFLE, SPLIT, SyntheticProgram, additive

if TYPE_CHECKING:
    from bis._explain.trial import Trial

WEIGHTS = {"split": 2.0, "init": 1.0, "shuffle": 0.5}
TRUTH = {name: w * w / 5.25 for name, w in WEIGHTS.items()}
METRIC = Target("acc", TargetKind.METRIC)
PREDICTIONS = Target("net", TargetKind.PREDICTIONS)


def design(blocks: int, *, seed: int) -> BlockDesign:
    """A design for split, init and shuffle."""
    causes = tuple(VariedRoles(role.value, (role,)) for role in (SPLIT, INIT, SHUFFLE))
    return BlockDesign("ab" * 32, causes=causes).extended(blocks, source=random.Random(seed).randbytes)


def trials_of(program: SyntheticProgram, made: BlockDesign) -> list[Trial]:
    """All replays of a design."""
    places = [place for block in range(len(made.blocks)) for place in made.places(block)]
    return [program.trial(place, made.variation(place[0], place[1])) for place in places]


@pytest.mark.parametrize(("target", "blocks"), [(METRIC, 16), (PREDICTIONS, 8)])
def test_intervals_cover_the_truth(target: Target, blocks: int) -> None:
    """In at least 88 of 100 repeats, for each cause: of a metric at 16 blocks, of predictions at 8."""
    squares = {"split": 1.0, "init": 0.25, "shuffle": 1 / 9}
    predicted = {name: square / sum(squares.values()) for name, square in squares.items()}
    truth = TRUTH if target is METRIC else predicted
    hits = dict.fromkeys(WEIGHTS, 0)
    for repeat in range(100):
        program = SyntheticProgram(additive(WEIGHTS), vector=0 if target is METRIC else 20)
        made = design(blocks, seed=repeat)
        found = target_shares(target, made, trials_of(program, made), blocks=blocks)
        for share in found.shares:
            low, high = share.shapley.low, share.shapley.high
            assert low is not None
            assert high is not None
            hits[share.cause] += low <= truth[share.cause] <= high
    assert min(hits.values()) >= 88, hits


def test_only_the_blocks_that_count_are_used() -> None:
    """A look at the first blocks sees nothing of the later ones."""
    program, made = SyntheticProgram(additive(WEIGHTS)), design(6, seed=1)
    trials = trials_of(program, made)
    early = [t for t in trials if t.block < 4]
    assert target_shares(METRIC, made, trials, blocks=4) == target_shares(METRIC, made, early, blocks=4)


def test_half_of_the_widest_interval() -> None:
    """None where nothing was divided."""
    program, made = SyntheticProgram(additive(WEIGHTS)), design(6, seed=1)
    trials = trials_of(program, made)
    found = target_shares(METRIC, made, trials, blocks=6)
    widths = [(s.shapley.high - s.shapley.low) / 2 for s in found.shares]  # type: ignore[operator]
    assert half_width(found) == max(widths)
    nothing = target_shares(METRIC, made, trials, blocks=1)
    assert nothing.problem is not None
    assert nothing.problem.code is StatementCode.TOO_FEW_BLOCKS
    assert half_width(nothing) is None
