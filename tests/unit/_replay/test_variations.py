"""The variations of exact and fresh replays."""

from __future__ import annotations

import random

from bis._replay.variations import exact_variations, fresh_variations
from bis.model.facets import Randomness, Status
from bis.model.variation import Variation, recorded_variation
from bis.model.verdict import ReplayKind

RANDOMNESS = Randomness(Status.RECORDED, root="ab" * 32, hash_seed="7")


def test_exact_ones_repeat_the_record() -> None:
    """Each is the variation of the original."""
    assert exact_variations(RANDOMNESS, 3) == (Variation("ab" * 32, "7"),) * 3


def test_fresh_ones_are_all_new() -> None:
    """No root and no hash seed is used twice, or is the recorded one."""
    made = fresh_variations(20)
    recorded = recorded_variation(RANDOMNESS)
    assert {v.kind(recorded) for v in made} == {ReplayKind.FRESH}
    assert len({v.root for v in made}) == len({v.hash_seed for v in made}) == 20
    assert all(1 <= int(v.hash_seed or 0) < 2**32 for v in made)


def test_a_given_source_makes_the_same_ones_each_time() -> None:
    """The roots are the caller's affair."""
    one, again = (fresh_variations(3, source=random.Random(7).randbytes) for _ in range(2))
    assert one == again
