"""The verdict on a run: exact and fresh replays judged apart, then read in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis._verify.case import Case
from bis._verify.ending import nothing_ran, of_kind
from bis._verify.exact.exact_replays import judge_exact
from bis._verify.figures import counted
from bis._verify.fresh.fresh_metric import MINIMUM
from bis._verify.fresh.fresh_replays import Judgement, judge_fresh
from bis.model.verdict import Deviation, Group, Level, Outcome, ReplayKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bis._verify.tolerances import Tolerances
    from bis.model.facets import Outputs

_SAME = frozenset({Level.BITWISE, Level.METRICS_BITWISE, Level.NUMERICAL})


def judge(  # noqa: PLR0913 (each is a fact about the original that a pure function cannot look up)
    original: Outputs,
    outcomes: Sequence[Outcome],
    settings: Tolerances,
    *,
    run_id: str = "",
    original_root: str | None = None,
    original_deterministic: bool | None = None,
    original_trace: Mapping[str, str] | None = None,
    sequential: bool = False,
    context: Mapping[str, Any] | None = None,
) -> Verdict:
    """Judge a run by its replays.

    Parameters
    ----------
    original : Outputs
        What came out of the run.
    outcomes : sequence of Outcome
        Its replays, of either kind, in any order (their `index` tells the order in which they were made).
    settings : Tolerances
        What the user declared.
    run_id : str
        Of the original.
    original_root : str, optional
        Its entropy root: a "fresh" replay with the same root is none.
    original_deterministic : bool, optional
        True where the original drew no entropy at all, so that a mismatch cannot be chance; None where not known.
    original_trace : mapping of str to str, optional
        Digests taken on the way of the original (see `bis.model.facets.Randomness.trace`).
    sequential : bool
        The fresh replays were stopped by `bis._verify.stopping.FreshStopping`.
    context : mapping, optional
        Carried along in the verdict.

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
    groups = tuple(g for g in (exact_group, fresh_judged.group if fresh_judged else None) if g is not None)
    return Verdict(
        run_id=run_id,
        level=level,
        groups=groups,
        statements=tuple(statements),
        deviations=_deviations((*exact, *fresh)),
        outcomes=(*exact, *fresh),
        needed=needed,
        context=dict(context or {}),
    )


def _overall(
    case: Case, outcomes: Sequence[Outcome], exact: Group | None, fresh: Judgement | None
) -> tuple[Level, int | None, list[str]]:
    if not outcomes:
        return Level.INCONCLUSIVE, MINIMUM, ["there are no replays"]
    if nothing_ran(case.original, outcomes):
        total = len(outcomes)
        reason = next(i.statement for g in (exact, fresh.group if fresh else None) if g for i in g.items)
        said = [f"{total} of {counted(total, 'replay')} failed ({reason.partition(': ')[2] or reason})"]
        return Level.NOT_EXECUTABLE, None, said + _kept(exact)
    if exact and exact.level in _SAME:
        said = [_headline(exact), *exact.statements[1:]]
        if fresh and fresh.group.level is Level.DIVERGENT:
            said.append(
                "but the original is no ordinary draw: fresh replays diverge from it. What was recorded can be "
                "repeated; a run with other entropy gives something else"
            )
        return exact.level, None, said
    if exact and case.deterministic and exact.level is Level.DIVERGENT:
        said = [_headline(exact), "the run draws no entropy: fresh replays cannot explain the difference"]
        return Level.DIVERGENT, None, said + list(exact.statements[1:])
    if fresh is None:
        assert exact is not None
        return _exact_alone(exact)
    said = [_headline(fresh.group), *fresh.group.statements[1:]]
    if exact:
        said.append(f"exact replays: {exact.level.value}: {_headline(exact)}")
    if fresh.group.level is Level.INCONCLUSIVE and fresh.needed:
        said.append(f"{counted(fresh.needed, 'more fresh replay')} would decide")
    # Exact replays that differ or failed leave no room for more than "an ordinary draw".
    level = max(fresh.group.level, Level.STATISTICAL, key=lambda x: x.rank) if exact else fresh.group.level
    return level, fresh.needed, said


def _exact_alone(exact: Group) -> tuple[Level, int | None, list[str]]:
    said = [_headline(exact), *exact.statements[1:]]
    if exact.level is Level.NOT_EXECUTABLE:
        return exact.level, None, said
    if exact.level is Level.DIVERGENT:
        said.append(
            "whether the difference is more than the run's own randomness, only fresh replays can tell: "
            f"{MINIMUM} would decide, 8 to 10 give nearly all the power that one original allows"
        )
        return Level.INCONCLUSIVE, MINIMUM, said
    said.append(f"{counted(max(1, exact.failed), 'more exact replay')} that end would decide")
    return Level.INCONCLUSIVE, max(1, exact.failed), said


def _headline(group: Group) -> str:
    return group.statements[0] if group.statements else f"{counted(group.replays, group.kind.value + ' replay')}"


def _kept(exact: Group | None) -> list[str]:
    """What had been logged before the failures, and was the same."""
    return [s for s in exact.statements if "before failing" in s] if exact else []


def _deviations(outcomes: Sequence[Outcome]) -> tuple[Deviation, ...]:
    return tuple(dict.fromkeys(d for o in outcomes for d in o.deviations))
