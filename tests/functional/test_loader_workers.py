"""Workers of PyTorch's loaders: what each of them draws is counted for its role, and at its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.functional.roles_drawn import drawn, needs

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "roles_workers_program.py"
WORDS = 2 + 2 + 8  # of 32 bits for one example: of `random`, of NumPy, of PyTorch
ENDED, LASTING, LEFT = 24, 48, (4, 24)

pytestmark = [pytest.mark.torch, needs("torch")]


def test_draws_of_workers_are_counted(tmp_path: Path) -> None:
    """Of workers that end, are left early, and are ended from outside; the seeds that they are given do not count."""
    base, other = drawn(tmp_path, PROGRAM), drawn(tmp_path, PROGRAM, anew="augmentation")
    for found in (base, other):
        assert set(found.draws) == {"augmentation", "shuffle"}
        examples, rest = divmod(found.draws["augmentation"], WORDS)
        # How far workers get that are left early is a race.
        assert (rest, ENDED + LASTING + LEFT[0] <= examples <= ENDED + LASTING + LEFT[1]) == (0, True)
    assert base.draws["shuffle"] == other.draws["shuffle"]
    assert base.facts["shuffle"] == other.facts["shuffle"]
    assert [name for name, v in base.facts["augmentation"].items() if other.facts["augmentation"][name] == v] == []
    places = {
        (place["site"], place["line"])
        for (roles,) in base.outcome.told("draws")
        for role in roles
        if role["role"] == "augmentation"
        for place in role["places"]
    }
    assert places == {("random.random", 16), ("numpy.random.rand", 16), ("torch.rand", 16)}
