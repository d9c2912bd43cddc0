"""The figures of a study: each number of the report, with its interval and where it is read off. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.attribution import TargetKind
from bis.model.facets import Status
from bis.model.project_audit import YES
from bis.model.study_result import StepKind, StudyFigure, Unit
from bis.stats.proportions import wilson

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bis.model.attribution import Attribution
    from bis.model.corpus_summary import Share
    from bis.model.facets import Curve
    from bis.model.study_result import (
        EarlierReplay,
        ExperimentResult,
        JudgedReplays,
        PublishedComparison,
        RecordedRun,
        StudiedCorpus,
        TriedCorpus,
    )
    from bis.model.verdict import Verdict

# What the study published of its corpus: the search for the texts log_param, autolog and log_metric in any file.
ORIGINAL_SHARE, ORIGINAL_PROJECTS = 0.909, 111


def evidence_file(experiment: str, kind: StepKind, number: int = 0) -> str:
    """Where the result of a step stands beside the report."""
    return f"results/{experiment}-{kind.value}{number or ''}.json"


def figures_of(experiments: Sequence[ExperimentResult], corpora: Sequence[StudiedCorpus]) -> tuple[StudyFigure, ...]:
    """All figures: those of the experiments in their order, then those of the corpora."""
    of_experiments = (figure for one in experiments for figure in _experiment(one))
    return (*of_experiments, *(figure for one in corpora for figure in _corpus(one)))


def same_bits(run: RecordedRun, judged: JudgedReplays) -> tuple[int, int]:
    """In how many replays every metric has the same bits at the same steps as in the run, and of how many."""
    wanted = {c.name: c for c in run.metrics}
    same = (not r.failure and {c.name: c for c in r.metrics} == wanted for r in judged.replays)
    return sum(same), len(judged.replays)


def _experiment(one: ExperimentResult) -> Iterator[StudyFigure]:
    name, run = one.name, one.run
    if run is None:
        if one.tried is not None:
            yield StudyFigure(
                f"{name}.try.place", one.tried.place.value, Unit.WORD, evidence=evidence_file(name, StepKind.TRY)
            )
            if one.tried.replays.level:
                yield StudyFigure(
                    f"{name}.try.level", one.tried.replays.level, Unit.LEVEL, evidence=evidence_file(name, StepKind.TRY)
                )
        return
    yield from _record(name, run)
    for kind, judged in ((StepKind.EXACT, one.exact), (StepKind.FRESH, one.fresh)):
        if judged is not None:
            yield from _replays(f"{name}.{kind.value}", run, judged, evidence_file(name, kind))
    for i, published in enumerate(one.published, 1):
        yield from _published(f"{name}.published", published, evidence_file(name, StepKind.PUBLISHED, i))
    if one.saved is not None:
        yield StudyFigure(
            f"{name}.saved.level", one.saved.level.value, Unit.LEVEL, evidence=evidence_file(name, StepKind.SAVED)
        )
    if one.attribution is not None:
        yield from _attribution(name, one.attribution)
    if one.earlier is not None:
        yield from _earlier(name, one.earlier)


def _record(name: str, run: RecordedRun) -> Iterator[StudyFigure]:
    where = evidence_file(name, StepKind.RECORD)
    complete = sum(f.status is Status.RECORDED for f in run.facets)
    yield share_figure(f"{name}.facets", complete, len(run.facets), where, interval=False)
    counts = {
        "packages": len(run.packages), "source-files": run.source_files, "data-files": run.data_files,
        "datasets": run.datasets, "seeds": run.seeds, "draws": run.draws, "uncontrolled": len(run.uncontrolled),
        "params": len(run.params), "metrics": len(run.metrics), "runs": len(run.run_ids),
    }  # fmt: skip
    for what, count in counts.items():
        yield StudyFigure(f"{name}.{what}", count, evidence=where)
    if run.evidence_bytes:
        yield StudyFigure(f"{name}.evidence", run.evidence_bytes, Unit.BYTES, count=run.evidence_files, evidence=where)
    for curve in run.metrics:
        yield StudyFigure(f"{name}.metric", curve.final, Unit.METRIC, subject=curve.name, evidence=where)


def _replays(name: str, run: RecordedRun, judged: JudgedReplays, where: str) -> Iterator[StudyFigure]:
    verdict = judged.verdict
    yield StudyFigure(f"{name}.level", verdict.level.value, Unit.LEVEL, evidence=where)
    same, made = same_bits(run, judged)
    yield share_figure(f"{name}.same", same, made, where)
    ended = sum(not r.failure for r in judged.replays)
    yield share_figure(f"{name}.ended", ended, made, where)
    for metric in sorted({c.name for r in judged.replays for c in r.metrics}):
        found = [c.final for r in judged.replays for c in r.metrics if c.name == metric]
        for what, value in (("mean", sum(found) / len(found)), ("smallest", min(found)), ("largest", max(found))):
            yield StudyFigure(f"{name}.{what}", value, Unit.METRIC, n=len(found), subject=metric, evidence=where)
    for item in (item for group in verdict.groups for item in group.items):
        seen = item.evidence
        if seen.p_adjusted is not None:
            yield StudyFigure(f"{name}.p", seen.p_adjusted, Unit.SHARE, subject=item.name, evidence=where)
        if seen.interval is not None and seen.original:
            low, high, value = seen.interval.low, seen.interval.high, float(seen.original[0])
            yield StudyFigure(f"{name}.interval", value, Unit.METRIC, low, high, subject=item.name, evidence=where)
        if seen.detectable_shift is not None:
            shift = seen.detectable_shift
            yield StudyFigure(f"{name}.detectable", shift, Unit.METRIC, subject=item.name, evidence=where)


def _published(name: str, one: PublishedComparison, where: str) -> Iterator[StudyFigure]:
    yield StudyFigure(f"{name}.level", one.verdict.level.value, Unit.LEVEL, subject=one.table, evidence=where)
    items = [item for group in one.verdict.groups for item in group.items]
    within = sum(item.level.rank <= 2 for item in items)
    yield StudyFigure(
        f"{name}.reproduced", within / len(items) if items else 0.0, Unit.SHARE, count=within, n=len(items),
        subject=one.table, evidence=where,
    )  # fmt: skip
    for item in items:
        if item.evidence.ulps is not None:
            yield StudyFigure(f"{name}.ulps", item.evidence.ulps, Unit.ULP, subject=item.name, evidence=where)


def _attribution(name: str, found: Attribution) -> Iterator[StudyFigure]:
    where = evidence_file(name, StepKind.EXPLAIN)
    for target in found.targets:
        if target.problem is not None:
            continue
        subject = target.name if target.kind is TargetKind.METRIC else f"{target.name or 'model'} ({target.kind.value})"
        for share in target.shares:
            value = share.shapley
            subjects = f"{subject}: {share.cause}"
            yield StudyFigure(
                f"{name}.share", value.value, Unit.SHARE, value.low, value.high, subject=subjects, evidence=where
            )
        if target.scheduling is not None:
            rest = target.scheduling
            yield StudyFigure(
                f"{name}.scheduling", rest.value, Unit.SHARE, rest.low, rest.high, subject=subject, evidence=where
            )


def _earlier(name: str, one: EarlierReplay) -> Iterator[StudyFigure]:
    where = evidence_file(name, StepKind.EARLIER)
    yield StudyFigure(f"{name}.earlier.python", one.python, Unit.WORD, evidence=where)
    if one.against_today is not None:
        yield StudyFigure(f"{name}.earlier.level", one.against_today.level.value, Unit.LEVEL, evidence=where)
        yield from _distances(f"{name}.earlier.ulps", one.against_today, where)
    for curve in one.curves.metrics:
        yield StudyFigure(f"{name}.earlier.metric", curve.final, Unit.METRIC, subject=curve.name, evidence=where)
    for published in one.published:
        yield from _published(f"{name}.earlier.published", published, where)


def _distances(name: str, verdict: Verdict, where: str) -> Iterator[StudyFigure]:
    for item in (item for group in verdict.groups for item in group.items):
        if item.evidence.ulps is not None:
            yield StudyFigure(name, item.evidence.ulps, Unit.ULP, subject=item.name, evidence=where)


def _corpus(one: StudiedCorpus) -> Iterator[StudyFigure]:
    name = one.name
    if one.audit is not None:
        summary, where = one.audit.summary, f"{one.audit.folder}/statistics.json"
        yield StudyFigure(f"{name}.projects", summary.projects, evidence=where)
        for what, found in (("traces", summary.audit), ("search", summary.search)):
            if found is not None:
                yield share_of(f"{name}.{what}", found, where)
        yield StudyFigure(
            f"{name}.original", ORIGINAL_SHARE, Unit.SHARE, n=ORIGINAL_PROJECTS, evidence="publication of the study"
        )
        yield StudyFigure(f"{name}.disagreements", len(summary.disagreements), evidence=where)
        yield StudyFigure(f"{name}.duplicates", len(summary.duplicates), evidence=where)
        for found in summary.shares:
            if found.value == YES:
                yield share_of(f"{name}.fact", found, where, found.fact)
        for rule in summary.rules:
            if rule.projects:
                share = rule.projects / rule.n if rule.n else 0.0
                yield StudyFigure(
                    f"{name}.rule", share, Unit.SHARE, rule.low, rule.high, rule.projects, rule.n, rule.code, where
                )
    if one.tried is not None:
        yield from _tries(name, one.tried)


def _tries(name: str, tried: TriedCorpus) -> Iterator[StudyFigure]:
    where = f"{tried.folder}/tries.jsonl" if tried.folder else ""
    counted = tried.funnel.projects
    ran = sum(c.projects for c in tried.funnel.counts if c.place.ran)
    yield share_figure(f"{name}.tried.ran", ran, counted, where)
    for count in tried.funnel.counts:
        yield StudyFigure(f"{name}.tried.place", count.projects, subject=count.place.value, evidence=where)
    for level, projects in tried.funnel.replays.items():
        yield StudyFigure(f"{name}.tried.level", projects, subject=level, evidence=where)
    judged = tried.funnel.reproduced + tried.funnel.not_reproduced
    if judged:
        yield share_figure(f"{name}.tried.reproduced", tried.funnel.reproduced, judged, where)


def share_of(name: str, share: Share, where: str, subject: str = "") -> StudyFigure:
    """A share of an audit as a figure."""
    return StudyFigure(name, share.share, Unit.SHARE, share.low, share.high, share.count, share.n, subject, where)


def share_figure(name: str, count: int, n: int, where: str, *, interval: bool = True) -> StudyFigure:
    """`count` of `n` as a figure, with a 95 % Wilson interval where they are a sample of something."""
    share = count / n if n else 0.0
    if not (interval and n):
        return StudyFigure(name, share, Unit.SHARE, count=count, n=n, evidence=where)
    found = wilson(count, n)
    return StudyFigure(name, share, Unit.SHARE, found.low, found.high, count, n, evidence=where)


def final_values(curves: Sequence[Curve]) -> dict[str, float]:
    """The last value of each metric."""
    return {curve.name: curve.final for curve in curves}
