"""Fixing the largest cause, and what remains."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from bis._explain.code.cause_places import audited_source
from bis._explain.code.fix_top import (
    FIXED,
    fixed_variations,
    largest_cause,
    remaining_replays,
    remaining_variance,
    repaired_source,
)
from bis._explain.design import BlockDesign, VariedRoles
from bis._explain.shares import target_shares
from bis._explain.targets import Target
from bis.evidence.archive import ArchiveEntry, pack, read_entries
from bis.model.attribution import Attribution, RepairKind, TargetKind
from bis.model.role import Role
from bis.model.statement import StatementCode
from tests.unit._explain.synthetic_programs import INIT, SHUFFLE, SPLIT, SyntheticProgram, additive

if TYPE_CHECKING:
    from pathlib import Path

    from bis._explain.trial import Trial

WEIGHTS = {"split": 2.0, "init": 1.0, "shuffle": 0.5}
LEFT = 1.25 / 5.25  # of the variance, without the split
DESIGN = BlockDesign(
    "ab" * 32, causes=tuple(VariedRoles(role.value, (role,)) for role in (SPLIT, INIT, SHUFFLE))
).extended(16, source=random.Random(3).randbytes)


def replayed(program: SyntheticProgram, repair: RepairKind) -> list[Trial]:
    """All replays of the blocks, and those with the split fixed."""
    places = [place for block in range(16) for place in DESIGN.places(block)]
    asked = [(place, DESIGN.variation(place[0], place[1])) for place in places]
    asked += fixed_variations(DESIGN, "split", repair, replays=32)
    return [program.trial(place, variation) for place, variation in asked]


def explained(trials: list[Trial]) -> Attribution:
    """The attribution of these replays."""
    return Attribution("r", (target_shares(Target("acc", TargetKind.METRIC), DESIGN, trials, blocks=16),))


def test_what_remains_is_measured() -> None:
    """Near the variance of the other causes, with an interval that covers it."""
    trials = replayed(SyntheticProgram(additive(WEIGHTS)), RepairKind.HELD)
    found = explained(trials)
    assert largest_cause(found) == "split"
    (left,) = remaining_variance(found, trials, "split", RepairKind.HELD, diff="")
    assert left.share is not None
    assert left.share.low is not None
    assert left.share.high is not None
    assert left.share.low < LEFT < left.share.high
    assert left.share.value == pytest.approx(LEFT, abs=0.15)
    assert (left.replays, left.failed, left.problem) == (32, 0, None)


def test_a_cause_is_held_at_the_root_of_the_pilot() -> None:
    """The others have new ones, which follow from the design."""
    asked = fixed_variations(DESIGN, "split", RepairKind.HELD, replays=4)
    assert {v.roles["split"] for _, v in asked} == {DESIGN.root}
    assert len({v.roles["init"] for _, v in asked}) == 4
    assert asked == fixed_variations(DESIGN, "split", RepairKind.HELD, replays=4)
    assert all(v.reseeded for _, v in asked)


def test_a_repaired_program_keeps_the_seed_that_it_now_has() -> None:
    """Its call sites are not drawn anew; the places in the journal are others than those of a held cause."""
    repaired = fixed_variations(DESIGN, "split", RepairKind.AUDIT, replays=4)
    assert not any(v.reseeded for _, v in repaired)
    held = fixed_variations(DESIGN, "split", RepairKind.HELD, replays=4)
    assert not {place for place, _ in repaired} & {place for place, _ in held}
    assert {place[0] for place, _ in repaired} == {FIXED}


def test_a_result_that_fails_has_a_problem() -> None:
    """And no figure."""
    program = SyntheticProgram(additive(WEIGHTS), fails=lambda place: "boom" if place[0] == FIXED else "")
    trials = replayed(program, RepairKind.HELD)
    (left,) = remaining_variance(explained(trials), trials, "split", RepairKind.HELD, diff="")
    assert left.problem is not None
    assert (left.problem.code, left.share, left.failed) == (StatementCode.NO_SHARES, None, 32)


def test_without_shares_there_is_no_largest_cause() -> None:
    """Nothing is fixed."""
    assert largest_cause(Attribution("r")) is None


def test_as_many_replays_as_are_independent_in_the_blocks() -> None:
    """At least eight."""
    assert [remaining_replays(blocks) for blocks in (2, 4, 6)] == [8, 8, 12]


def test_the_repair_of_the_audit(tmp_path: Path) -> None:
    """The archive has the changed file, and all others as they were."""
    text = "from sklearn.model_selection import train_test_split\nSEED = 42\nX_train, X_test = train_test_split(X)\n"
    archive = tmp_path / "source.tar.gz"
    archive.write_bytes(pack([ArchiveEntry("train.py", text.encode()), ArchiveEntry("data.csv", b"1,2\n")]).content)
    audited = audited_source(archive, tmp_path / "unpacked")
    repaired = repaired_source(archive, audited, audited.findings)
    assert repaired is not None
    after = {e.name: e.source for e in read_entries(repaired.archive)}
    assert after["train.py"] == text.replace("(X)", "(X, random_state=SEED)").encode()
    assert after["data.csv"] == b"1,2\n"
    assert "+X_train, X_test = train_test_split(X, random_state=SEED)" in repaired.diff
    assert repaired_source(archive, audited, []) is None


def test_roles_of_a_group_are_held_together() -> None:
    """All of them."""
    causes = (VariedRoles("split+init", (SPLIT, INIT)), VariedRoles("shuffle", (Role.SHUFFLE,)))
    design = BlockDesign("ab" * 32, causes=causes).extended(2)
    ((_, variation),) = fixed_variations(design, "split+init", RepairKind.HELD, replays=1)
    assert (variation.roles["split"], variation.roles["init"]) == (design.root, design.root)
