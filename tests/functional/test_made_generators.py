"""Generators that a program makes itself: whatever they are made of, what is drawn from them counts for its role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.functional.roles_drawn import drawn

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "roles_generators_program.py"


@pytest.mark.parametrize("seed", [(), ("--seed", "42")], ids=["unseeded", "seeded"])
def test_sequences_of_seeds_follow_the_roles_that_draw(tmp_path: Path, seed: tuple[str, ...]) -> None:
    """Those that the program seeds are flagged, and told as deviations; what a sequence is made of is no draw."""
    base, other = (drawn(tmp_path, PROGRAM, *seed, anew=anew, reseeded=bool(seed)) for anew in ("", "sampling"))
    assert set(base.draws) == {"sampling", "shuffle", "split"}
    assert base.seeded == (set(base.draws) if seed else set())
    assert other.facts["shuffle"] == base.facts["shuffle"]
    assert other.facts["split"] == base.facts["split"]
    assert [name for name, v in base.facts["sampling"].items() if other.facts["sampling"][name] == v] == []
    sequences = base.facts["sampling"]
    assert sequences["first"] != sequences["second"]
    apis = {what for what, *_ in base.outcome.told("deviation")}
    assert apis == ({"seed of numpy.random.default_rng", "seed of random.Random"} if seed else set())


def test_generators_of_own_classes_count_as_other(tmp_path: Path) -> None:
    """What they are seeded with is the only trace of what they draw."""
    assert drawn(tmp_path, PROGRAM, "--unknown").draws["other"] == 8
