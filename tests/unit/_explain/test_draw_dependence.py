"""Conditional draws."""

from __future__ import annotations

from bis._explain.design import BlockDesign, VariedRoles
from bis._explain.draw_dependence import dependence_statements, dependent_draws
from bis._explain.trial import Trial
from bis.model.facets import Failure
from bis.model.role import Role, RoleDraws
from bis.model.statement import StatementCode

CAUSES = tuple(VariedRoles(role.value, (role,)) for role in (Role.SPLIT, Role.SHUFFLE))
DESIGN = BlockDesign("ab" * 32, causes=CAUSES).extended(1)  # the corners: A, B, A with the split of B, with the shuffle


def trials(*drawn: dict[Role, tuple[int, str]]) -> list[Trial]:
    """The replays of one block, by what they drew."""
    return [
        Trial(0, i, draws=tuple(RoleDraws(role, n, digest) for role, (n, digest) in d.items()))
        for i, d in enumerate(drawn)
    ]


def test_independent_roles() -> None:
    """Each draws the same wherever its seeds are the same."""
    made = trials(
        {Role.SPLIT: (1, "a"), Role.SHUFFLE: (5, "a")},
        {Role.SPLIT: (1, "b"), Role.SHUFFLE: (5, "b")},
        {Role.SPLIT: (1, "b"), Role.SHUFFLE: (5, "a")},
        {Role.SPLIT: (1, "a"), Role.SHUFFLE: (5, "b")},
    )
    assert dependent_draws(DESIGN, made) == ()


def test_a_role_that_draws_more_often() -> None:
    """As early stopping does for shuffling, whose split is another."""
    made = trials(
        {Role.SPLIT: (1, "a"), Role.SHUFFLE: (5, "a")},
        {Role.SPLIT: (1, "b"), Role.SHUFFLE: (7, "b7")},
        {Role.SPLIT: (1, "b"), Role.SHUFFLE: (7, "a7")},
        {Role.SPLIT: (1, "a"), Role.SHUFFLE: (5, "b")},
    )
    assert dependent_draws(DESIGN, made) == (("shuffle", "split"),)
    (said,) = dependence_statements(DESIGN, made)
    assert (said.code, said.figures) == (StatementCode.DRAWS_DEPEND, {"role": "shuffle", "cause": "split"})


def test_a_role_that_is_not_varied_counts() -> None:
    """Its seeds are the same everywhere."""
    made = trials(
        {Role.SPLIT: (1, "a"), Role.INIT: (5, "x")},
        {Role.SPLIT: (1, "b"), Role.INIT: (6, "y")},
        {Role.SPLIT: (1, "b"), Role.INIT: (6, "y")},
        {Role.SPLIT: (1, "a"), Role.INIT: (5, "x")},
    )
    assert dependent_draws(DESIGN, made) == (("init", "split"),)


def test_failed_replays_say_nothing() -> None:
    """They stopped somewhere."""
    made = [
        Trial(0, 0, draws=(RoleDraws(Role.INIT, 5, "x"),)),
        Trial(0, 2, draws=(), failure=Failure("exception", "boom")),
    ]
    assert dependent_draws(DESIGN, made) == ()
