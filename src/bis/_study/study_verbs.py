"""What a study can have done: each step by the room that does it for the command of the same name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis._audit.auditor import audit_project
from bis._audit.single_project import AuditChoices, auditor_options
from bis._explain.budget import chosen_budget
from bis._explain.explain_run import ExplainRequest, explain_run
from bis._explain.explanation import ExplainChoices
from bis._explain.pilot import FIND
from bis._replay.chosen_options import replay_options
from bis._replay.executors import executor_for
from bis._replay.replay_run import Request, replay_run
from bis._replay.saved_notebook import saved_and_run
from bis._replay.session_runs import subject_of
from bis._study.earlier_replay import replay_of_then
from bis._study.inherited_lock import alone_in
from bis._study.program_inputs import files_digest, program_inputs, tree_digest
from bis._study.run_summary import curves_of_replays, recorded_run
from bis._try.corpus_tries import read_tries, try_listing
from bis._try.obtaining import asked_project
from bis._try.trying import TryOptions, try_asked
from bis._verify.published.published_table import read_table
from bis._verify.published.saved_outputs import compare_saved_outputs
from bis._verify.published.table_comparison import compare_table
from bis._verify.sessions.metrics_of_a_session import metrics_of_a_session
from bis._verify.tolerances import Tolerances
from bis.config import Settings, Tolerance, home, load_settings
from bis.corpus.audits.results import INDEX
from bis.corpus.corpus_work import audit_and_summarise, list_and_clone
from bis.errors import ConsentRefused, ExecutionError, UsageError
from bis.evidence.outcomes import replays_of
from bis.evidence.store import EvidenceStore
from bis.model.progress import SILENT, Observer
from bis.model.study_result import (
    AuditedCorpus,
    JudgedReplays,
    ProgramFindings,
    PublishedComparison,
    RecordedRun,
    StepKind,
    TriedCorpus,
)
from bis.model.verdict import ReplayKind, Verdict
from bis.report.languages.language import ENGLISH, language
from bis.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bis._study.study_steps import StudyStep
    from bis.model.attribution import Attribution
    from bis.model.study import EarlierEnvironment, PublishedTableAsked
    from bis.model.study_result import EarlierReplay
    from bis.model.tried_project import TriedProject

AUDITS, LISTS, LOGS, TRIES = "audits", "lists", "logs", "tries"
RECORDING = ".recording.lock"
_HEAD = 200  # characters of a page
_DATABASE, _ARTIFACTS = "mlflow.db", "mlartifacts"
_FOLDERS = ("*/**",)  # a program is audited by the code beside it
# MLflow puts artifacts of a database into the current folder, unless this says otherwise.
_ARTIFACT_ROOT = "_MLFLOW_SERVER_ARTIFACT_ROOT"


@dataclass(frozen=True, slots=True)
class StudyVerbs:
    """The work of a study.

    Parameters
    ----------
    folder : Path
        Of the study's file: programs, tables and corpora are named from there, and programs run there.
    out : Path
        Where the report goes, with what belongs to it: runs (where the study names no server), logs, audits.
    tracking_uri : str
        Where the runs are; empty for a database in `out`.
    jobs : int
        How many replays at a time.
    observer : Observer
        Receives progress.
    consent : callable, optional
        Asked before code that was recorded elsewhere is run; without it, it is run.
    language : str
        Of pages.
    """

    folder: Path
    out: Path
    tracking_uri: str = ""
    jobs: int = 1
    observer: Observer = SILENT
    consent: Callable[[str], bool] | None = None
    language: str = ENGLISH.code

    @property
    def uri(self) -> str:
        """Where the runs are."""
        return self.tracking_uri or f"sqlite:///{(self.out / _DATABASE).as_posix()}"

    def record(self, asked: Mapping[str, Any], subject: str) -> RecordedRun:
        """Record a program, or look up a run that was recorded before."""
        if asked["run"]:
            store = EvidenceStore(self.uri)
            return recorded_run(store, store.read(store.find(asked["run"])))
        log = self.out / LOGS / f"{subject}.txt"
        answer = self._run(asked, log)
        ids = tuple(answer.get("run_ids") or ())
        if not ids:
            why = answer.get("problem") or f"it ended with {answer['exit']['exit_code']} and made no run"
            raise ExecutionError(
                f"{asked['program']} was started and nothing was recorded: {why}",
                hint=f"What it printed is in {log.relative_to(self.out)}, beside the report.",
            )
        store = EvidenceStore(self.uri)
        found = recorded_run(store, store.read(ids[0]), run_ids=ids)
        return replace(
            found, log=log.relative_to(self.out).as_posix(), inputs=program_inputs(self.folder, asked["program"], found)
        )

    def _run(self, asked: Mapping[str, Any], log: Path) -> dict[str, Any]:
        """`bis run` in a process of its own, in the study's folder; its answer."""
        log.parent.mkdir(parents=True, exist_ok=True)
        sets = [word for name, value in asked["parameters"].items() for word in ("--set", f"{name}={value}")]
        module = ["-m"] if asked["module"] else []
        command = [sys.executable, "-m", "bis", "run", "--json", *sets, *module, asked["program"], *asked["arguments"]]
        environ = {k: v for k, v in os.environ.items() if k != "BIS_RECORD"}
        environ |= {"MLFLOW_TRACKING_URI": self.uri, "BIS_WAIT": "1"}
        if not self.tracking_uri:
            environ[_ARTIFACT_ROOT] = (self.out / _ARTIFACTS).absolute().as_uri()
        # A study that was killed may have left its recording behind: it ends before another one writes to the store.
        with alone_in(self.out / RECORDING) as held:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                pass_fds=held,
            )
        log.write_text(done.stderr, encoding="utf-8", errors="backslashreplace")
        try:
            found = json.loads(done.stdout)
        except ValueError:
            last = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
            raise ExecutionError(f"{asked['program']} could not be recorded: {last[0]}") from None
        return dict(found)

    def findings(self, asked: Mapping[str, Any], subject: str) -> ProgramFindings:  # noqa: ARG002 - as all first steps
        """What the audit finds in a program, by the code in its folder."""
        target = self.folder / asked["program"]
        beside = target.parent
        options = auditor_options(AuditChoices((), (), (), None, cache=True), load_settings(self.folder))
        audited = audit_project(beside, beside.name, replace(options, exclude=(*options.exclude, *_FOLDERS)))
        name = Path(os.path.relpath(beside, self.folder)).as_posix()
        found = audited.below(name).findings
        return ProgramFindings(tuple(f for f in found if f.place.file == Path(asked["program"]).as_posix()))

    def earlier_replays(self, run: RecordedRun, *, fresh: bool) -> int:
        """How many replays of this kind the run has."""
        kind = ReplayKind.FRESH if fresh else ReplayKind.EXACT
        return len(replays_of(EvidenceStore(self.uri), run.run_id, kind=kind))

    def replay(self, run: RecordedRun, asked: Mapping[str, Any], *, fresh: bool, seen: bool) -> JudgedReplays:
        """Replay a run until there are so many replays, and judge all of them.

        `seen` says that somebody has seen a verdict on those that there were before.
        """
        workspace = self._workspace()
        subject = subject_of(workspace.store, run.run_id)
        request = Request(
            times=asked["times"],
            tolerances=Tolerances.from_settings(workspace.settings, declared=_tolerances(asked)),
            jobs=self.jobs,
            up_to=True,
            seen=seen,
            consent=self.consent,
            looks_for_siblings=True,
        )
        verdict = replay_run(
            subject.run,
            _options(workspace.settings, fresh=fresh),
            request,
            workspace=workspace,
            session=subject.session,
        )
        return JudgedReplays(_slim(verdict), curves_of_replays(workspace.store, verdict))

    def explain(self, run: RecordedRun, asked: Mapping[str, Any]) -> Attribution:
        """Find out which cause makes its results differ; what was interrupted is continued."""
        workspace = self._workspace()
        subject = subject_of(workspace.store, run.run_id)
        options = _options(workspace.settings, kind=ReplayKind.VARIED)
        budget = chosen_budget(
            quick=False, precise=False, blocks=asked["blocks"], points=None, replays=None, minutes=None
        )
        with executor_for(self.jobs, None) as executor:
            choices = ExplainChoices(tuple(asked["causes"]), (), budget, at_once=self.jobs, probe=FIND)
            request = ExplainRequest(choices, (), fix_top=False, cold=workspace.settings.cold, consent=self.consent)
            return explain_run(subject, options, request, workspace=replace(workspace, executor=executor))

    def published(
        self, run: RecordedRun, table: PublishedTableAsked, tolerances: Mapping[str, Any]
    ) -> PublishedComparison:
        """Compare a run, and its fresh replays where the table has several runs, with a published table."""
        store, settings = EvidenceStore(self.uri), load_settings(self.folder)
        read = read_table(self.folder / table.table)
        subject = subject_of(store, run.run_id, as_logged=True)
        stored = subject.run
        outputs = (
            (stored.record.outputs, *store.fresh_outputs(stored.run_id))
            if read.runs > 1
            else metrics_of_a_session(subject.session)
        )
        verdict = compare_table(
            read,
            outputs,
            names=table.names,
            tolerances={**settings.tolerances, **_tolerances({"tolerances": tolerances})},
            alpha=settings.alpha,
            run_id=stored.run_id,
        )
        return PublishedComparison(table.table, verdict, table.title)

    def saved(self, run: RecordedRun, asked: Mapping[str, Any]) -> Verdict:
        """Compare what a notebook was saved with to what its run gave."""
        store = EvidenceStore(self.uri)
        stored = subject_of(store, run.run_id, as_logged=True).run
        cells, ran = saved_and_run(store, stored)
        return compare_saved_outputs(cells, ran, tolerances=Tolerances(_tolerances(asked)), run_id=stored.run_id)

    def earlier(
        self, run: RecordedRun, asked: EarlierEnvironment, tables: tuple[PublishedTableAsked, ...]
    ) -> EarlierReplay:
        """Replay a run in an environment of then, and compare that with today and with what was published."""
        workspace = self._workspace()
        read = [(table, read_table(self.folder / table.table)) for table in tables]
        return replay_of_then(subject_of(workspace.store, run.run_id), asked, read, workspace=workspace)

    def audit(self, asked: Mapping[str, Any], subject: str) -> AuditedCorpus:
        """Audit a corpus; what was interrupted is continued."""
        out = self.out / AUDITS / subject
        choices = AuditChoices((), (), (), None, cache=True)
        summary = audit_and_summarise(
            self._corpus(asked, subject),
            out,
            choices,
            workers=self.jobs,
            observer=self.observer,
            language=language(self.language),
        )
        if not summary.projects and not summary.failed:
            raise UsageError(f"the corpus {subject} has no project", hint="Each folder in it is a project.")
        return AuditedCorpus(summary, f"{AUDITS}/{subject}")

    def has_pages(self, audit: AuditedCorpus) -> bool:
        """Whether the pages of an audit are there, in the language of the report."""
        try:
            with (self.out / audit.folder / INDEX).open(encoding="utf-8") as page:
                return f'<html lang="{self.language}">' in page.read(_HEAD)
        except OSError:
            return False

    def content_of(self, step: StudyStep) -> str:
        """A digest of the tables or projects that a step reads; empty where it reads none."""
        if step.kind is StepKind.FINDINGS:
            return files_digest(self.folder, [step.asked["program"]])
        if step.kind is StepKind.PUBLISHED:
            return files_digest(self.folder, [step.asked["table"]])
        if step.kind is StepKind.EARLIER:
            return files_digest(self.folder, [one["table"] for one in step.asked["published"]])
        if step.kind in {StepKind.AUDIT, StepKind.TRIES} and step.asked["path"]:
            return tree_digest(self.folder / step.asked["path"], without=self.out)
        return ""

    def try_project(self, asked: Mapping[str, Any], subject: str) -> TriedProject:
        """Try one project at a commit."""
        self._ask(f"this runs code of {asked['repository']}")
        project = asked_project(f"{asked['repository']}@{asked['commit']}", base=self.folder)
        options = TryOptions(entry=asked["entry"], times=asked["times"])
        return try_asked(project, self.out / TRIES / subject, options, observer=self.observer)

    def try_corpus(self, asked: Mapping[str, Any], subject: str) -> TriedCorpus:
        """Try the first projects of a corpus; what was interrupted is continued."""
        self._ask(f"this runs code of {asked['tries']} projects of the corpus {subject}")
        folder, place = self.out / TRIES / subject, self._corpus(asked, subject)
        # Packages are those of the day of the commit; a folder without commits has those of today.
        funnel = try_listing(
            place, folder, TryOptions(), most=asked["tries"], workers=self.jobs, observer=self.observer
        )
        return TriedCorpus(funnel, tuple(read_tries(folder)), f"{TRIES}/{subject}")

    def _ask(self, what: str) -> None:
        question = f"{what}, written by others, with your rights. Continue?"
        if self.consent is not None and not self.consent(question):
            raise ConsentRefused(f"{what}, which was not allowed", hint="Look at it, then go on with --yes.")

    def _corpus(self, asked: Mapping[str, Any], subject: str) -> Path:
        """The folder or list of a corpus; of a topic, one that is fetched now, or was before."""
        if asked["path"]:
            return self.folder / str(asked["path"])
        folder = self.out / LISTS / subject
        list_and_clone(asked["topic"], folder, limit=asked["limit"], clones=False, observer=self.observer)
        return folder / "projects.csv"

    def _workspace(self) -> Workspace:
        return Workspace(load_settings(self.folder), EvidenceStore(self.uri), home(), self.observer)


def _options(settings: Settings, *, fresh: bool = False, kind: ReplayKind | None = None) -> Any:
    return replay_options(
        settings,
        fresh=fresh,
        environment="auto",
        overrides=None,
        data_folders=(),
        source=None,
        timeout_s=None,
        kind=kind,
    )


def _tolerances(asked: Mapping[str, Any]) -> dict[str, Tolerance]:
    return {metric: Tolerance(**given) for metric, given in asked["tolerances"].items()}


def _slim(verdict: Verdict) -> Verdict:
    """A verdict without the outputs of its replays, which stand with their runs."""
    outcomes = (replace(o, outputs=None, runs=None, preload=None) for o in verdict.outcomes)
    return replace(verdict, outcomes=tuple(outcomes))
