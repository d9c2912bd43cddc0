"""Conditional draws: roles for which other numbers are drawn because another role has other seeds."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from bis.model.statement import Statement, StatementCode, statement
from bis.stats.double_star import corners

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis._explain.design import BlockDesign
    from bis._explain.trial import Trial


def dependent_draws(design: BlockDesign, trials: Iterable[Trial]) -> tuple[tuple[str, str], ...]:
    """Pairs (role, cause): for the role other numbers were drawn in replays that differ in the cause alone.

    Such a role does not depend on its own seeds only: early stopping after fewer epochs shuffles less often.
    """
    by_block: dict[int, dict[int, Trial]] = {}
    for trial in trials:
        if trial.block >= 0 and trial.repeat == 0 and trial.failure is None:
            by_block.setdefault(trial.block, {})[trial.corner] = trial
    found: dict[tuple[str, str], None] = {}
    pairs = _pairs_by_cause(len(design.causes))
    for made, (i, a, b) in itertools.product(by_block.values(), pairs):
        if a in made and b in made:
            own = {role.value for role in design.causes[i].roles}
            for role in _differing(made[a], made[b]):
                if role not in own:
                    found[role, design.causes[i].name] = None
    return tuple(sorted(found))


def dependence_statements(design: BlockDesign, trials: Iterable[Trial]) -> tuple[Statement, ...]:
    """The same as statements."""
    return tuple(
        statement(StatementCode.DRAWS_DEPEND, role=role, cause=cause) for role, cause in dependent_draws(design, trials)
    )


def _pairs_by_cause(k: int) -> tuple[tuple[int, int, int], ...]:
    """Cause, and two corners that differ in it alone."""
    listed = list(enumerate(corners(k)))
    return tuple(
        (differing[0], a, b)
        for (a, one), (b, other) in itertools.combinations(listed, 2)
        if len(differing := [i for i in range(k) if one[i] != other[i]]) == 1
    )


def _differing(one: Trial, other: Trial) -> list[str]:
    a, b = ({d.role.value: d.repeatable for d in t.draws if d.draws} for t in (one, other))
    return [role for role in {**a, **b} if a.get(role) != b.get(role)]
