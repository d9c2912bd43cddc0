"""Which causes are varied: the roles for which a program draws, grouped where there are more than a design takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._explain.screening import Screening
from bis.errors import UsageError
from bis.model.attribution import Cause
from bis.model.role import Role
from bis.model.statement import Statement, StatementCode, statement
from bis.stats.double_star import MOST_FACTORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._explain.screening import Group
    from bis.model.role import RoleDraws

LONG_S = 60.0  # a replay that takes longer: few groups first
MOST_UNKNOWN = 0.05  # the share of draws from unknown places that need not be known
_FEW_CAUSES = 3
# What makes the data, the training and the members of an ensemble: the groups for long programs.
_LONG_GROUPS = (
    (Role.SPLIT, Role.AUGMENTATION, Role.SAMPLING),
    (Role.INIT, Role.SHUFFLE, Role.DROPOUT),
    (Role.BOOTSTRAP, Role.HPO),
    (Role.OTHER,),
)
_ROLES = {role.value: role for role in Role}
_NOT_SCREENED = Screening()


@dataclass(frozen=True, slots=True)
class ChosenCauses:
    """The causes that are varied, the roles that are not, and what has to be said of the choice."""

    causes: tuple[Cause, ...]
    dropped: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()


def check_causes(wanted: Sequence[str]) -> None:
    """Refuse what no program can draw for, before anything is replayed.

    Raises
    ------
    UsageError
        A cause is none, or is named twice.
    """
    names = [name.strip() for text in wanted for name in text.split("+")]
    for i, name in enumerate(names):
        if name not in _ROLES:
            raise UsageError(
                f"there is no cause {name!r}: expected some of {', '.join(_ROLES)}",
                hint="Without --causes, all that the program draws for are varied.",
            )
        if name in names[:i]:
            raise UsageError(f"the cause {name} is named twice", hint="Name each once.")


def drawing(draws: Sequence[RoleDraws]) -> tuple[RoleDraws, ...]:
    """The roles for which numbers were drawn, in the order of `Role`."""
    order = list(Role)
    return tuple(sorted((d for d in draws if d.draws), key=lambda d: order.index(d.role)))


def other_share(draws: Sequence[RoleDraws]) -> float | None:
    """The share of draws from places that the registry of call sites does not know; None where nothing was drawn."""
    total = sum(d.draws for d in draws)
    return sum(d.draws for d in draws if d.role is Role.OTHER) / total if total else None


def crowded_groups(
    draws: Sequence[RoleDraws], wanted: Sequence[str] = (), *, replay_s: float = 0.0
) -> tuple[Group, ...]:
    """The groups of roles that would vary, where they are more than a design takes; else none.

    The parameters are those of `chosen_causes`.

    Raises
    ------
    UsageError
        As there.
    """
    there = _there(draws, wanted)
    groups = _asked(wanted, there) if there and wanted else tuple((role,) for role in there)
    return () if len(groups) <= MOST_FACTORS or _is_long(groups, wanted, replay_s) else groups


def chosen_causes(
    draws: Sequence[RoleDraws],
    wanted: Sequence[str] = (),
    *,
    replay_s: float = 0.0,
    screening: Screening = _NOT_SCREENED,
) -> ChosenCauses:
    """The causes of a program: one for each role that draws, at most five.

    Parameters
    ----------
    draws : sequence of RoleDraws
        What the program drew in the pilot.
    wanted : sequence of str
        The names of the roles to vary; empty: all that draw. Several in one, such as ``init+shuffle``, vary together.
    replay_s : float
        How long one replay takes, in seconds: where that is more than a minute and nothing is said about the causes,
        they are data, training and ensemble.
    screening : Screening
        What the groups of `crowded_groups` do when they alone have other seeds: those that move nothing are not
        varied, and those that move the results least vary together.

    Returns
    -------
    ChosenCauses
        Without causes where nothing was drawn.

    Raises
    ------
    UsageError
        A cause is none, is named twice, or the program draws nothing for it.
    """
    there = _there(draws, wanted)
    unknown = other_share(draws)
    if not there:
        return ChosenCauses((), dropped=tuple(role.value for role in Role))
    groups = _asked(wanted, there) if wanted else tuple((role,) for role in there)
    statements: list[Statement] = []
    long = _is_long(groups, wanted, replay_s)
    moving = tuple(group for group in groups if group not in screening.unmoved)
    unmoved = [role for group in groups if group not in moving for role in group] if moving else []
    if unmoved:
        groups = moving
        statements.append(statement(StatementCode.ROLES_UNMOVED, roles=tuple(role.value for role in unmoved)))
    if long:
        found = (tuple(role for role in group if role in there) for group in _LONG_GROUPS)
        groups = tuple(group for group in found if group)
    elif len(groups) > MOST_FACTORS:
        groups = _merged(groups, there, screening)
    causes = tuple(_cause(group, there) for group in groups)
    if long or not wanted:
        statements += [
            statement(StatementCode.CAUSES_GROUPED, cause=c.name, roles=tuple(r.value for r in c.roles), long=long)
            for c in causes
            if len(c.roles) > 1
        ]
    elif len(causes) < len(wanted):
        statements += [
            statement(StatementCode.CAUSES_GROUPED, cause=c.name, roles=tuple(r.value for r in c.roles), long=False)
            for c in causes
            if c.name not in wanted
        ]
    varied = {role for group in groups for role in group}
    fixed = tuple(
        d.role.value
        for d in there.values()
        if d.role not in varied and d.role not in unmoved and not _is_bookkeeping(d, unknown)
    )
    if fixed:
        statements.append(statement(StatementCode.OTHERS_FIXED, roles=fixed))
    return ChosenCauses(causes, tuple(role.value for role in Role if role not in varied), tuple(statements))


def _there(draws: Sequence[RoleDraws], wanted: Sequence[str]) -> dict[Role, RoleDraws]:
    there = {d.role: d for d in drawing(draws)}
    if not wanted and Role.OTHER in there and _is_bookkeeping(there[Role.OTHER], other_share(draws)):
        del there[Role.OTHER]
    return there


def _is_long(groups: Sequence[Group], wanted: Sequence[str], replay_s: float) -> bool:
    return not wanted and replay_s > LONG_S and len(groups) > _FEW_CAUSES


def _is_bookkeeping(draws: RoleDraws, unknown: float | None) -> bool:
    """Whether libraries drew, and not for a line of the program: names of runs and files, the same in all replays."""
    return draws.role is Role.OTHER and not draws.places and (unknown or 0.0) < MOST_UNKNOWN


def _asked(wanted: Sequence[str], there: dict[Role, RoleDraws]) -> tuple[tuple[Role, ...], ...]:
    listed = ", ".join(f"{role.value} ({d.draws} draw{'s' * (d.draws != 1)})" for role, d in there.items())
    groups: list[tuple[Role, ...]] = []
    seen: set[Role] = set()
    for text in wanted:
        group: list[Role] = []
        for name in text.split("+"):
            role = _ROLES.get(name.strip())
            if role is None:
                raise UsageError(
                    f"there is no cause {name.strip()!r}: expected some of {', '.join(_ROLES)}",
                    hint=f"This program draws for {listed}.",
                )
            if role not in there:
                raise UsageError(
                    f"the program draws nothing for {role.value}: it cannot be a cause",
                    hint=f"It draws for {listed}.",
                    causes=[r.value for r in there],
                )
            if role in seen:
                raise UsageError(f"the cause {role.value} is named twice", hint="Name each once.")
            seen.add(role)
            group.append(role)
        groups.append(tuple(group))
    return tuple(groups)


def _merged(groups: Sequence[Group], there: dict[Role, RoleDraws], screening: Screening) -> tuple[Group, ...]:
    """As many groups as a design takes: those that move the results least, and draw least, become one."""
    moved = screening.movement
    most_first = sorted(groups, key=lambda g: (-moved.get(g, 0.0), -sum(there[role].draws for role in g)))
    kept, rest = most_first[: MOST_FACTORS - 1], most_first[MOST_FACTORS - 1 :]
    order = list(Role)
    together = tuple(sorted((role for group in rest for role in group), key=order.index))
    return (*(group for group in groups if group in kept), together)


def _cause(group: tuple[Role, ...], there: dict[Role, RoleDraws]) -> Cause:
    found = [there[role] for role in group]
    return Cause(
        name="+".join(role.value for role in group),
        roles=group,
        draws=sum(d.draws for d in found),
        places=tuple(sorted((p for d in found for p in d.places), key=lambda p: -p.draws)),
        seeded=any(d.seeded for d in found),
    )
