"""Fresh replays (new entropy): whether the original is a plausible draw from what the program gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from bis._verify.case import PRINTED, Case, counts
from bis._verify.ending import ending_of, ending_of_original, group_failures, judge_fresh_ending, same_end
from bis._verify.fresh.fresh_metric import MINIMUM, MetricReading, Sample, Watch, examine
from bis._verify.known_part import known_part, same_part
from bis.model.facets import OutputPart
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Basis, Evidence, Group, Item, ItemKind, Level, Outcome, ReplayKind
from bis.stats.multiplicity import adjust, redundant_metrics
from bis.stats.power import minimum_detectable_shift
from bis.stats.rank import replays_for_rank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bis.model.facets import Curve, Outputs

POWER = 0.8


@dataclass(frozen=True, slots=True)
class Judgement:
    """A group, and how many more replays would decide it where it is inconclusive."""

    group: Group
    needed: int | None


def independent(outcomes: Sequence[Outcome], original_root: str | None) -> tuple[tuple[Outcome, ...], int]:
    """The replays whose entropy root is new, and how many others were left out.

    A root that repeats, or that is the original's, gives the same draws again: no further evidence.
    """
    seen = {original_root} - {None}
    kept = []
    for outcome in outcomes:
        if outcome.root is None or outcome.root not in seen:
            kept.append(outcome)
        if outcome.root is not None:
            seen.add(outcome.root)
    return tuple(kept), len(outcomes) - len(kept)


def judge_fresh(
    case: Case, outcomes: Sequence[Outcome], *, original_root: str | None, sequential: bool = False
) -> Judgement:
    """Judge the fresh replays; `outcomes` must hold at least one, and fresh ones only.

    Parameters
    ----------
    case : Case
        What they are compared with.
    outcomes : sequence of Outcome
        In the order in which they were made, which matters for a sequential test.
    original_root : str or None
        Entropy root of the original.
    sequential : bool
        The replays were stopped by the rule of `bis._verify.stopping`: then the tests that allow for that decide.
    """
    used, repeated = independent(outcomes, original_root)
    said = []
    if repeated:
        said.append(statement(StatementCode.ROOTS_REPEATED, replays=repeated))
    unknown = sum(o.root is None for o in used)
    if unknown:
        said.append(statement(StatementCode.ROOTS_UNKNOWN, replays=unknown))
    if not used:
        group = Group(ReplayKind.FRESH, Level.INCONCLUSIVE, len(outcomes), 0, (), tuple(said))
        return Judgement(group, MINIMUM)
    whole, case, used = case.original, *_of_known_part(case, used)
    alpha = case.tolerances.alpha
    ending = judge_fresh_ending(case.original, used, alpha=alpha)
    first = ending_of_original(case.original)
    ok = [o for o in used if o.outputs is not None and same_end(first, ending_of(o))]
    findings = [_in_part(f, whole) for f in _examined(case, ok, sequential=sequential)]
    items = [ending, *(f.item for f in findings), *_model_items(case, ok)]
    level = _level(items, ok)
    if ok and level is Level.INCONCLUSIVE and not any(i.counts and i.kind is not ItemKind.EXIT for i in items):
        nothing = (statement(StatementCode.NOTHING_TO_COMPARE, basis=Basis.REPLAYS.value),)
        group = Group(ReplayKind.FRESH, level, len(outcomes), len(used) - len(ok), tuple(items), nothing)
        return Judgement(group, None)
    needed = _needed(level, ending, [f for f in findings if f.item.counts], len(ok), len(used), alpha)
    said += _statements(case, findings, ok, level)
    group = Group(
        ReplayKind.FRESH, level, len(outcomes), group_failures(case.original, outcomes), tuple(items), tuple(said)
    )
    return Judgement(group, needed)


def _of_known_part(case: Case, outcomes: Sequence[Outcome]) -> tuple[Case, tuple[Outcome, ...]]:
    """The case and the replays with what is known of an original whose end nobody saw, and nothing that came later."""
    original = case.original
    if not original.incomplete:
        return case, tuple(outcomes)
    known = known_part(original)
    cut = (o if o.outputs is None else replace(o, outputs=same_part(known, o.outputs)) for o in outcomes)
    return replace(case, original=known), tuple(cut)


def _in_part(finding: MetricReading, original: Outputs) -> MetricReading:
    """What is an ordinary draw as far as it is known may have ended otherwise."""
    part = OutputPart.PRINTED if finding.item.name.startswith(PRINTED) else OutputPart.LOGGED
    if part not in original.incomplete or finding.item.level.rank >= Level.INCONCLUSIVE.rank:
        return finding
    said = (*finding.item.statements, statement(StatementCode.PART_KNOWN))
    return replace(finding, item=replace(finding.item, level=Level.INCONCLUSIVE, statements=said))


def decisive_metrics(case: Case, *, sequential: bool = False) -> tuple[str, ...]:
    """The metrics that decide: all that count; under a stopping rule the primary alone, where one is declared."""
    names = [c.name for c in case.metrics(case.original)]
    primary = case.tolerances.primary
    if sequential and primary in names:
        return (primary,) if primary else ()
    return tuple(sorted(n for n in names if counts(n, case.tolerances)))


def _examined(case: Case, ok: Sequence[Outcome], *, sequential: bool) -> list[MetricReading]:
    decisive = decisive_metrics(case, sequential=sequential)
    samples = _samples(case, ok)
    varies = any(len({c.values for c in s.replayed if c is not None}) > 1 for s in samples)
    watch = Watch(max(1, len(decisive)), case.tolerances.alpha / max(1, len(decisive)), sequential, varies)
    aside = Watch(watch.decisive, watch.level, varies=varies)
    findings = []
    for sample in samples:
        if sequential and sample.name not in decisive:
            finding = examine(case, sample, aside)
            statements = (*finding.item.statements, statement(StatementCode.NOT_COUNTED, reason="not-watched"))
            findings.append(replace(finding, item=replace(finding.item, statements=statements, counts=False)))
        else:
            findings.append(examine(case, sample, watch))
    return _decided(case, findings)


def _samples(case: Case, ok: Sequence[Outcome]) -> list[Sample]:
    """The metrics by name; of a program without metrics, the numbers that it printed."""
    original = {c.name: c for c in case.metrics(case.original)}
    replayed: list[Mapping[str, Curve]] = [
        {c.name: c for c in case.metrics(o.outputs)} for o in ok if o.outputs is not None
    ]
    names = sorted(set(original) | {n for r in replayed for n in r})
    return [Sample(name, original.get(name), tuple(r.get(name) for r in replayed)) for name in names]


def _decided(case: Case, findings: Sequence[MetricReading]) -> list[MetricReading]:
    """Correct for the number of metrics, and say statistical or divergent."""
    alpha = case.tolerances.alpha
    open_ones = {f.item.name: f for f in findings if f.p_value is not None and f.item.counts}
    twins = redundant_metrics(
        {name: f.sample for name, f in open_ones.items() if f.sample and len(f.sample) == _longest(open_ones)}
    )
    family = {name: f.p_value for name, f in open_ones.items() if name not in twins and f.p_value is not None}
    primary = case.tolerances.primary if case.tolerances.primary in family else None
    adjusted = adjust(family, primary=primary) if family else {}
    decided = []
    for finding in findings:
        name = finding.item.name
        if finding.p_value is None:
            decided.append(finding)
            continue
        p = adjusted.get(twins.get(name, name), finding.p_value)
        level_of_first = _first_level(name, twins, family, primary, alpha)
        decided.append(_conclude(case, finding, p, level_of_first, twin=twins.get(name)))
    return decided


def _longest(findings: Mapping[str, MetricReading]) -> int:
    return max((len(f.sample) for f in findings.values()), default=0)


def _first_level(
    name: str, twins: Mapping[str, str], family: Mapping[str, float], primary: str | None, alpha: float
) -> float:
    """The level at which a metric is tested when it is the first to be rejected: what its power rests on."""
    if primary is None or len(family) == 1:
        return alpha / max(1, len(family))
    return alpha / 2 if twins.get(name, name) == primary else alpha / 2 / (len(family) - 1)


def _conclude(
    case: Case, finding: MetricReading, p: float, level_of_first: float, *, twin: str | None
) -> MetricReading:
    alpha = case.tolerances.alpha
    evidence = replace(finding.item.evidence, p_adjusted=p)
    rejected = p <= alpha
    said = list(finding.item.statements)
    if rejected:
        corrected = p != finding.p_value
        code = StatementCode.REJECTED_CORRECTED if corrected else StatementCode.REJECTED
        said.append(statement(code, p_value=p))
    test = finding.test
    if test is not None and test.n >= MINIMUM:
        sigmas = _detectable(test.n, level_of_first / finding.summaries)
        shift = abs(test.shift(sigmas))
        evidence = replace(evidence, detectable_sigmas=sigmas, detectable_shift=shift)
        if not rejected:
            said.append(statement(StatementCode.DETECTABLE, shift=shift, sigmas=sigmas, power=POWER))
    if twin:
        said.append(statement(StatementCode.MOVES_WITH, metric=twin))
    level = Level.DIVERGENT if rejected else Level.STATISTICAL
    if finding.undecided_for and not rejected:
        level = Level.INCONCLUSIVE
    item = replace(finding.item, level=level, statements=tuple(said), evidence=evidence)
    return replace(finding, item=item, needed=finding.undecided_for if level is Level.INCONCLUSIVE else None)


@cache
def _detectable(n: int, level: float) -> float:
    """The minimum detectable shift in standard deviations; the same for all metrics of a family."""
    return minimum_detectable_shift(n, power=POWER, alpha=level)


def _model_items(case: Case, ok: Sequence[Outcome]) -> list[Item]:
    """Weights differ from draw to draw and say nothing; they are shown so that equal ones are seen."""
    items = []
    for model in case.original.models:
        found = [next((m.digest for m in o.outputs.models if m.name == model.name), None) for o in ok if o.outputs]
        if not found:
            continue
        same = sum(d == model.digest for d in found)
        said = (
            statement(StatementCode.FRESH_WEIGHTS, same=same, total=len(found)),
            statement(StatementCode.NOT_COUNTED, reason="new-entropy"),
        )
        level = Level.BITWISE if same == len(found) else Level.METRICS_BITWISE
        evidence = Evidence(original=(model.digest,), replays=len(found))
        items.append(Item(model.name, ItemKind.MODEL, level, said, evidence, counts=False))
    return items


def _level(items: Sequence[Item], ok: Sequence[Outcome]) -> Level:
    counting = [i for i in items if i.counts]
    level = max((i.level for i in counting), key=lambda x: x.rank, default=Level.BITWISE)
    results = any(i.kind is not ItemKind.EXIT for i in counting)
    if level is not Level.NOT_EXECUTABLE and (len(ok) < MINIMUM or not results):
        # Too few to say anything, or a good end is all there is to compare.
        return Level.DIVERGENT if level is Level.DIVERGENT else Level.INCONCLUSIVE
    models = [i for i in items if i.kind is ItemKind.MODEL]
    if level is Level.BITWISE and any(i.level is not Level.BITWISE for i in models):
        return Level.METRICS_BITWISE
    return level


def _needed(
    level: Level, ending: Item, findings: Sequence[MetricReading], ok: int, total: int, alpha: float
) -> int | None:
    if level is not Level.INCONCLUSIVE:
        return None
    asked = [f.needed for f in findings if f.needed]
    if ok < MINIMUM:
        asked.append(MINIMUM - ok)
    if ending.level is Level.INCONCLUSIVE:
        asked.append(replays_for_rank(alpha) - total)
    return max(asked, default=None)


def _statements(case: Case, findings: Sequence[MetricReading], ok: Sequence[Outcome], level: Level) -> list[Statement]:
    said = []
    n = len(ok)
    counting = [f for f in findings if f.item.counts]
    if n < MINIMUM:
        said.append(statement(StatementCode.TOO_FEW_FRESH, usable=n, least=MINIMUM))
    tested = [f for f in counting if f.item.evidence.p_adjusted is not None]
    if level in {Level.STATISTICAL, Level.DIVERGENT, Level.INCONCLUSIVE} and tested and n >= MINIMUM:
        out = sum(f.item.level is Level.DIVERGENT for f in tested)
        said.append(
            statement(
                StatementCode.CONSISTENT,
                consistent=len(tested) - out,
                metrics=len(tested),
                replays=n,
                alpha=case.tolerances.alpha,
            )
        )
    if level is Level.STATISTICAL:
        sigmas = [f.item.evidence.detectable_sigmas for f in tested if f.item.evidence.detectable_sigmas]
        if sigmas:
            said.append(statement(StatementCode.NOT_PROVED_EQUAL, replays=n, sigmas=max(sigmas), power=POWER))
    better = tuple(f.item.name for f in counting if f.beats_every_replay)
    if better and case.tolerances.selected_from == 1 and n >= MINIMUM:
        said.append(statement(StatementCode.BETTER_THAN_ALL, metrics=better, one_in=n + 1))
    return said
