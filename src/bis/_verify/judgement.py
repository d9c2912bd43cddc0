"""The verdict on a run: exact and fresh replays judged apart, then read in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._verify.case import Case
from bis._verify.ending import common_ends, ending_of, ending_of_original, nothing_ran, of_kind, same_end
from bis._verify.exact.exact_replays import judge_exact
from bis._verify.fresh.fresh_metric import MINIMUM
from bis._verify.fresh.fresh_replays import Judgement, judge_fresh
from bis._verify.program_entropy import drawn_by_the_program
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Deviation, Group, Item, ItemKind, Level, Outcome, ReplayKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bis._verify.tolerances import Tolerances
    from bis.model.facets import Outputs

_SAME = frozenset({Level.BITWISE, Level.METRICS_BITWISE, Level.NUMERICAL})


def judge(
    original: Outputs,
    outcomes: Sequence[Outcome],
    settings: Tolerances,
    *,
    run_id: str = "",
    original_root: str | None = None,
    original_deterministic: bool | None = None,
    original_trace: Mapping[str, str] | None = None,
    sequential: bool = False,
) -> Verdict:
    """Judge a run by its replays.

    Parameters
    ----------
    original : Outputs
        What came out of the run.
    outcomes : sequence of Outcome
        Its replays, in any order (their `index` gives the order in which they were made). Replays in which a cause was
        varied are not evidence for or against the original: they are left out.
    settings : Tolerances
        What the user declared.
    run_id : str
        Of the original.
    original_root : str, optional
        Its entropy root: a "fresh" replay with the same root is not fresh.
    original_deterministic : bool, optional
        True where the original drew no entropy at all, so that a mismatch cannot be chance; None where not known.
    original_trace : mapping of str to str, optional
        Digests taken on the way of the original (see `bis.model.facets.Randomness.trace`).
    sequential : bool
        The fresh replays were stopped by `bis._verify.stopping.FreshStopping`.

    Returns
    -------
    Verdict
        The order of evaluation: where nothing could be run, not executable. Else exact replays decide bitwise,
        metrics bitwise or numerical. Where they do not, fresh replays decide statistical, divergent or inconclusive.
        A mismatch of a run that draws no entropy is divergent at once. The kinds are never pooled. The first
        statement is the headline.
    """
    case = Case(original, settings, original_deterministic, original_trace or {})
    exact = of_kind(outcomes, ReplayKind.EXACT)
    fresh = of_kind(outcomes, ReplayKind.FRESH)
    exact_group = judge_exact(case, exact) if exact else None
    fresh_judged = judge_fresh(case, fresh, original_root=original_root, sequential=sequential) if fresh else None
    level, needed, statements = _overall(case, (*exact, *fresh), exact_group, fresh_judged)
    level, needed, statements = _with_failed_original(case, (*exact, *fresh), level, needed, statements)
    groups = tuple(g for g in (exact_group, fresh_judged.group if fresh_judged else None) if g is not None)
    return Verdict(
        run_id=run_id,
        level=level,
        groups=groups,
        statements=tuple(statements),
        deviations=_deviations((*exact, *fresh)),
        outcomes=(*exact, *fresh),
        needed=needed,
    )


def _overall(
    case: Case, outcomes: Sequence[Outcome], exact: Group | None, fresh: Judgement | None
) -> tuple[Level, int | None, list[Statement]]:
    if not outcomes:
        return Level.INCONCLUSIVE, MINIMUM, [statement(StatementCode.NO_REPLAYS)]
    if nothing_ran(case.original, outcomes):
        ends = common_ends([ending_of(o) for o in outcomes])
        said = [statement(StatementCode.NOTHING_RAN, *ends, total=len(outcomes))]
        return Level.NOT_EXECUTABLE, None, said + _same_before_failing(exact)
    if exact and exact.level in _SAME:
        said = [_headline(exact), *exact.statements[1:]]
        if fresh and fresh.group.level is Level.DIVERGENT:
            said.append(statement(StatementCode.NOT_ORDINARY))
        return exact.level, None, said
    if exact and case.deterministic and exact.level is Level.DIVERGENT:
        said = [_headline(exact), statement(StatementCode.NO_ENTROPY), _causes(outcomes)]
        return Level.DIVERGENT, None, said + list(exact.statements[1:])
    if fresh is None:
        assert exact is not None
        return _exact_alone(case, exact, outcomes)
    said = [_headline(fresh.group), *fresh.group.statements[1:]]
    if exact:
        said.append(statement(StatementCode.EXACT_SAID, _headline(exact), level=exact.level.value))
    if fresh.group.level is Level.INCONCLUSIVE and fresh.needed:
        said.append(statement(StatementCode.FRESH_WOULD_DECIDE, replays=fresh.needed))
    # Exact replays that differ or failed leave no room for more than "an ordinary draw".
    level = max(fresh.group.level, Level.STATISTICAL, key=lambda x: x.rank) if exact else fresh.group.level
    return level, fresh.needed, said


def _with_failed_original(
    case: Case, outcomes: Sequence[Outcome], level: Level, needed: int | None, said: list[Statement]
) -> tuple[Level, int | None, list[Statement]]:
    """Of an original that failed there is no result to get again: that is the headline, and never a yes."""
    first = ending_of_original(case.original)
    if not first.ended_badly or not outcomes:
        return level, needed, said
    same = sum(same_end(first, ending_of(o)) for o in outcomes)
    headline = statement(StatementCode.ORIGINAL_FAILED, first.said, same=same, total=len(outcomes))
    if level is not Level.DIVERGENT:
        level, needed = Level.NOT_EXECUTABLE, None
    return level, needed, [headline, *(s for s in said if s.code is not StatementCode.REPLAYS_MADE)]


def _exact_alone(case: Case, exact: Group, outcomes: Sequence[Outcome]) -> tuple[Level, int | None, list[Statement]]:
    said = [_headline(exact), *exact.statements[1:]]
    if exact.level is Level.NOT_EXECUTABLE:
        return exact.level, None, said
    if exact.level is Level.DIVERGENT:
        if _drew_the_same(case, outcomes):
            said.append(_causes(outcomes))
        said.append(statement(StatementCode.ONLY_FRESH_CAN_TELL, least=MINIMUM))
        return Level.INCONCLUSIVE, MINIMUM, said
    if not exact.failed:  # more replays would leave it as open
        return exact.level, None, said
    needed = max(1, exact.failed)
    return Level.INCONCLUSIVE, needed, [*said, statement(StatementCode.EXACT_WOULD_DECIDE, replays=needed)]


def _causes(outcomes: Sequence[Outcome]) -> Statement:
    """What to look at where recorded randomness is not what differs: first of all at what the replays changed."""
    changed = any(o.deviations for o in outcomes if o.kind is ReplayKind.EXACT)
    return statement(StatementCode.CHANGES_MAY_EXPLAIN if changed else StatementCode.OTHER_CAUSES)


def _drew_the_same(case: Case, outcomes: Sequence[Outcome]) -> bool:
    """Whether all exact replays drew as the original did, so that recorded randomness is not what differs."""
    own = drawn_by_the_program(case.trace)
    traces = [o.trace for o in outcomes if o.kind is ReplayKind.EXACT]
    return bool(own) and all({k: t.get(k) for k in own} == {k: case.trace[k] for k in own} for t in traces)


def _headline(group: Group) -> Statement:
    if group.statements:
        return group.statements[0]
    return statement(StatementCode.REPLAYS_MADE, kind=group.kind.value, replays=group.replays)


def _same_before_failing(exact: Group | None) -> list[Statement]:
    """The metrics of which all that was logged before the failures is the same."""
    names = tuple(i.name for i in exact.items if i.counts and _logged_the_same(i)) if exact else ()
    return [statement(StatementCode.SAME_BEFORE_FAILING, metrics=names)] if names else []


def _logged_the_same(item: Item) -> bool:
    if item.kind not in {ItemKind.METRIC, ItemKind.CURVE}:
        return False
    so_far = any(s.code is StatementCode.SAME_SO_FAR for s in item.statements)
    return item.level is Level.BITWISE or so_far


def _deviations(outcomes: Sequence[Outcome]) -> tuple[Deviation, ...]:
    return tuple(dict.fromkeys(d for o in outcomes for d in o.deviations))
