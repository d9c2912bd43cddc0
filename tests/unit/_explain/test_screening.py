"""Which roles move the results, where more draw than a design takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._explain.design import BlockDesign
from bis._explain.pilot import run_pilot
from bis._explain.screening import screened
from bis._explain.targets import targets_of
from bis._explain.trial_journal import opened_journal
from bis._verify.tolerances import Tolerances
from bis.model.role import Role
from tests.unit._explain.synthetic_programs import SyntheticProgram, additive

if TYPE_CHECKING:
    from pathlib import Path

    from bis._explain.screening import Group, Screening

ROLES = list(Role)[:6]
GROUPS: tuple[Group, ...] = ((Role.SPLIT, Role.INIT), *((role,) for role in ROLES[2:]))


class Unmoved(SyntheticProgram):
    """Its predictions do not depend on the shuffling."""

    @property
    def weights(self) -> dict[str, float]:
        """Of the roles in predictions."""
        return {role.value: 1.0 if role is not Role.SHUFFLE else 0.0 for role in self.draws}


def screening(program: SyntheticProgram, folder: Path) -> Screening:
    """Of a program that draws for six roles."""
    with opened_journal(folder, "key") as journal:
        design = BlockDesign("ab" * 32)
        pilot = run_pilot(design, program, journal, check=lambda _trial: None)
        targets = targets_of([pilot.trial], (), tolerances=Tolerances())
        return screened(GROUPS, targets, pilot, program, journal)


def weighted(shuffle: float, dropout: float = 1.0) -> SyntheticProgram:
    """A program whose metric depends on its roles so much, and whose predictions not on the shuffling."""
    weights = {role.value: 1.0 for role in ROLES} | {"shuffle": shuffle, "dropout": dropout}
    return Unmoved(additive(weights), draws=dict.fromkeys(ROLES, 5), vector=6)


def test_group_that_moves_no_bit_is_unmoved(tmp_path: Path) -> None:
    """In two comparisons; what moves one metric only has moved something."""
    assert screening(weighted(0.0), tmp_path / "a").unmoved == {(Role.SHUFFLE,)}
    assert screening(weighted(1e-9), tmp_path / "b").unmoved == frozenset()


def test_movement_is_of_the_first_target(tmp_path: Path) -> None:
    """Predictions come before metrics; a group moves as far as its roles together."""
    found = screening(weighted(1.0, dropout=50.0), tmp_path)
    assert set(found.movement) == set(GROUPS)
    assert found.movement[Role.SHUFFLE,] == 0.0
    assert all(found.movement[group] > 0.0 for group in GROUPS if group != (Role.SHUFFLE,))


def test_group_whose_replay_fails_is_no_small_one(tmp_path: Path) -> None:
    """What it does is not known: it is not put together with others."""
    program = weighted(0.0)
    program.fails = lambda place: "boom" if place == (-1, 1, 0) else ""
    found = screening(program, tmp_path)
    assert found.movement[GROUPS[0]] == float("inf")
    assert GROUPS[0] not in found.unmoved


@pytest.mark.parametrize("vector", [0, 6])
def test_coarse_figures_do_not_tell(tmp_path: Path, vector: int) -> None:
    """An accuracy may stay equal by chance; predictions do not."""
    program = Unmoved(lambda _drawn: {"acc": 0.5}, draws=dict.fromkeys(ROLES, 5), vector=vector)
    assert screening(program, tmp_path).unmoved == ({(Role.SHUFFLE,)} if vector else frozenset())
