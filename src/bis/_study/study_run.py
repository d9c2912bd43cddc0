"""A study from its file to its result: step after step, each that is not done yet."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from bis._study.other_versions import notes_on_versions, versions_by_name
from bis._study.program_inputs import are_current
from bis._study.step_journal import StepJournal, result_digest
from bis._study.study_answers import answers_of
from bis._study.study_figures import figures_of
from bis._study.study_steps import StepKey, StudyStep, steps_of
from bis.errors import BisError
from bis.model.attribution import Attribution
from bis.model.jsonable import from_json
from bis.model.progress import KEPT, SILENT, Observer, Step, Task
from bis.model.study import EarlierEnvironment, PublishedTableAsked
from bis.model.study_result import (
    AuditedCorpus,
    EarlierReplay,
    ExperimentResult,
    JudgedReplays,
    ProgramFindings,
    PublishedComparison,
    RecordedRun,
    StepKind,
    StepProblem,
    StudiedCorpus,
    StudyResult,
    StudyVersions,
    TriedCorpus,
)
from bis.model.tried_project import TriedProject
from bis.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bis.model.study import Study, StudyCorpus, StudyExperiment

JOURNAL = ".study"
T = TypeVar("T")
_RESULTS: dict[StepKind, type[Any]] = {
    StepKind.RECORD: RecordedRun,
    StepKind.FINDINGS: ProgramFindings,
    StepKind.EXACT: JudgedReplays,
    StepKind.FRESH: JudgedReplays,
    StepKind.EXPLAIN: Attribution,
    StepKind.PUBLISHED: PublishedComparison,
    StepKind.SAVED: Verdict,
    StepKind.EARLIER: EarlierReplay,
    StepKind.TRY: TriedProject,
    StepKind.AUDIT: AuditedCorpus,
    StepKind.TRIES: TriedCorpus,
}


class Verbs(Protocol):
    """What carries steps out; see `bis._study.study_verbs.StudyVerbs`."""

    @property
    def folder(self) -> Path:
        """Of the study's file."""
        ...

    def record(self, asked: Mapping[str, Any], subject: str) -> RecordedRun:
        """Record a program."""
        ...

    def findings(self, asked: Mapping[str, Any], subject: str) -> ProgramFindings:
        """What the audit finds in a program."""
        ...

    def earlier_replays(self, run: RecordedRun, *, fresh: bool) -> int:
        """How many replays of this kind the run has."""
        ...

    def replay(self, run: RecordedRun, asked: Mapping[str, Any], *, fresh: bool, seen: bool) -> JudgedReplays:
        """Replay a run until there are so many replays."""
        ...

    def explain(self, run: RecordedRun, asked: Mapping[str, Any]) -> Attribution:
        """Explain a run."""
        ...

    def published(
        self, run: RecordedRun, table: PublishedTableAsked, tolerances: Mapping[str, Any]
    ) -> PublishedComparison:
        """Compare a run with a published table."""
        ...

    def saved(self, run: RecordedRun, asked: Mapping[str, Any]) -> Verdict:
        """Compare a notebook with its saved outputs."""
        ...

    def earlier(
        self, run: RecordedRun, asked: EarlierEnvironment, tables: tuple[PublishedTableAsked, ...]
    ) -> EarlierReplay:
        """Replay a run in an environment of then."""
        ...

    def audit(self, asked: Mapping[str, Any], subject: str) -> AuditedCorpus:
        """Audit a corpus."""
        ...

    def try_project(self, asked: Mapping[str, Any], subject: str) -> TriedProject:
        """Try one project."""
        ...

    def try_corpus(self, asked: Mapping[str, Any], subject: str) -> TriedCorpus:
        """Try projects of a corpus."""
        ...

    def has_pages(self, audit: AuditedCorpus) -> bool:
        """Whether the pages of an audit are there, in the language of the report."""
        ...

    def content_of(self, step: StudyStep) -> str:
        """A digest of the files that a step reads and that no step before it made; empty where there are none."""
        ...


@dataclass(slots=True)
class StudyProgress:
    """The results of the steps that are done, and the problems of those that gave none."""

    results: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, StepProblem] = field(default_factory=dict)


def run_study(
    study: Study, out: Path, verbs: Verbs, *, versions: StudyVersions, observer: Observer = SILENT
) -> StudyResult:
    """Carry out the steps of a study that are not done yet, and put their results together.

    A step is done where its result is kept under the digest of all that decides over it: what was asked, the results
    that it is made from, the contents of its files, and the versions of bis and of the packages.

    Parameters
    ----------
    study : Study
        What is asked.
    out : Path
        Where results are kept.
    verbs : Verbs
        What carries the steps out.
    versions : StudyVersions
        What they are carried out with.
    observer : Observer
        Receives a step for each.

    Returns
    -------
    StudyResult
        Steps that failed are its problems; the same call tries them again.

    Raises
    ------
    UsageError
        Another study is writing to `out`.
    StorageError
        `out` cannot be written.
    """
    steps = steps_of(study)
    progress = StudyProgress()
    surroundings = json.dumps([versions.bis, versions.python, versions.packages], sort_keys=True)
    observer.started(Task.STUDY, len(steps))
    with StepJournal(out / JOURNAL) as journal:
        first = (StepKey(s, {}, surroundings, verbs.content_of(s)) for s in steps if not s.needs)
        begun = any(journal.find(key, _RESULTS[key.step.kind]) is not None for key in first)
        for note in notes_on_versions(
            journal.made_with(versions_by_name(versions)), versions, steps=len(steps), begun=begun
        ):
            observer.noted(note)
        for step in steps:
            code, detail = _done(step, progress, journal, verbs, surroundings)
            observer.advanced(Task.STUDY, Step(step.name, code, detail))
    observer.finished(Task.STUDY)
    return study_result(study, progress, versions)


def study_result(study: Study, progress: StudyProgress, versions: StudyVersions) -> StudyResult:
    """The results of the steps as one value, with the figures and answers that follow from them."""
    experiments = tuple(_experiment(e, progress) for e in study.experiments)
    corpora = tuple(_corpus(c, progress) for c in study.corpora)
    figures = figures_of(experiments, corpora)
    return StudyResult(
        title=study.title,
        language=study.language,
        answers=answers_of(experiments, corpora, figures),
        figures=figures,
        experiments=experiments,
        corpora=corpora,
        versions=versions,
    )


def _done(
    step: StudyStep, progress: StudyProgress, journal: StepJournal, verbs: Verbs, surroundings: str
) -> tuple[str, str]:
    """Carry a step out, or find its result; how that ended, as a code with the reason of a failure."""
    if any(name in progress.problems for name in step.needs):
        first = next(progress.problems[name] for name in step.needs if name in progress.problems)
        progress.problems[step.name] = StepProblem(step.name, "needs", first.step)
        return "needs", first.step
    needed = {name: result_digest(progress.results[name]) for name in step.needs}
    key = StepKey(step, needed, surroundings, verbs.content_of(step))
    kept = journal.find(key, _RESULTS[step.kind])
    if kept is not None and _is_current(kept, verbs):
        progress.results[step.name] = kept
        return KEPT, ""
    try:
        result = _carried_out(step, progress, journal, key, verbs)
    except BisError as error:
        progress.problems[step.name] = StepProblem(step.name, error.code, error.message, error.hint or "")
        return error.code, error.message
    journal.keep(key, result)
    # What was written is what later calls will read: 0.1 and nan come back as they were, tuples as tuples.
    progress.results[step.name] = journal.find(key, _RESULTS[step.kind]) or result
    return "done", ""


def _is_current(result: Any, verbs: Verbs) -> bool:
    if isinstance(result, AuditedCorpus):
        return verbs.has_pages(result)
    return not isinstance(result, RecordedRun) or are_current(verbs.folder, result.inputs)


def _carried_out(step: StudyStep, progress: StudyProgress, journal: StepJournal, key: StepKey, verbs: Verbs) -> Any:
    asked = step.asked
    first = {
        StepKind.RECORD: verbs.record,
        StepKind.FINDINGS: verbs.findings,
        StepKind.TRY: verbs.try_project,
        StepKind.AUDIT: verbs.audit,
        StepKind.TRIES: verbs.try_corpus,
    }
    if step.kind in first:
        return first[step.kind](asked, step.subject)
    return _of_run(step, progress.results[step.needs[0]], journal, key, verbs)


def _of_run(step: StudyStep, run: RecordedRun, journal: StepJournal, key: StepKey, verbs: Verbs) -> Any:
    asked = step.asked
    if step.kind in {StepKind.EXACT, StepKind.FRESH}:
        fresh = step.kind is StepKind.FRESH
        # Replays of before this step was first begun were judged; those of a step that was killed were not.
        begun = journal.begun(key, {"replays": verbs.earlier_replays(run, fresh=fresh)})
        return verbs.replay(run, asked, fresh=fresh, seen=begun["replays"] > 0)
    if step.kind is StepKind.EXPLAIN:
        return verbs.explain(run, asked)
    if step.kind is StepKind.PUBLISHED:
        table = PublishedTableAsked(asked["table"], asked["title"], asked["names"])
        return verbs.published(run, table, asked["tolerances"])
    if step.kind is StepKind.SAVED:
        return verbs.saved(run, asked)
    tables = tuple(from_json(PublishedTableAsked, one) for one in asked["published"])
    return verbs.earlier(run, from_json(EarlierEnvironment, asked["earlier"]), tables)


def _experiment(e: StudyExperiment, progress: StudyProgress) -> ExperimentResult:
    def of(kind: StepKind) -> Any:
        return progress.results.get(f"{e.name}/{kind.value}")

    published = (progress.results.get(f"{e.name}/published/{i}") for i in range(1, len(e.published) + 1))
    return ExperimentResult(
        name=e.name,
        title=e.title,
        program=e.program or e.run or f"{e.repository}@{e.commit[:12]}",
        run=of(StepKind.RECORD),
        exact=of(StepKind.EXACT),
        fresh=of(StepKind.FRESH),
        attribution=of(StepKind.EXPLAIN),
        published=tuple(one for one in published if one is not None),
        saved=of(StepKind.SAVED),
        earlier=of(StepKind.EARLIER),
        tried=of(StepKind.TRY),
        findings=found.findings if (found := of(StepKind.FINDINGS)) else (),
        problems=_problems(e.name, progress),
    )


def _corpus(c: StudyCorpus, progress: StudyProgress) -> StudiedCorpus:
    return StudiedCorpus(
        name=c.name,
        title=c.title,
        source=c.path or c.topic,
        audit=progress.results.get(f"{c.name}/{StepKind.AUDIT.value}"),
        tried=progress.results.get(f"{c.name}/{StepKind.TRIES.value}"),
        problems=_problems(c.name, progress),
    )


def _problems(subject: str, progress: StudyProgress) -> tuple[StepProblem, ...]:
    return tuple(p for name, p in progress.problems.items() if name.split("/")[0] == subject)
