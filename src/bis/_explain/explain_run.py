"""Explaining a run, from its record to the attribution that is stored with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis._explain.causes import check_causes
from bis._explain.code.cause_places import AuditedSource, audited_source, findings_of, with_findings
from bis._explain.code.fix_top import (
    FIXED,
    fixed_variations,
    largest_cause,
    remaining_replays,
    remaining_variance,
    repaired_source,
)
from bis._explain.environment.environment_effects import (
    PAIRS,
    MeasuredEffects,
    check_settings,
    environment_effects,
    pairs_within,
    replays_needed,
)
from bis._explain.environment.environment_replays import CampaignReplays, KeptReplays, NotAlikeError
from bis._explain.environment.settings import EnvironmentSetting
from bis._explain.explanation import ExplainChoices, ExplainedRun, Explanation
from bis._explain.replayer import CampaignReplayer, CountedReplayer
from bis._explain.targets import check_metrics
from bis._explain.trial_journal import journal_key, opened_journal
from bis._replay.executors import executor_for
from bis._replay.inputs import inputs_in_use, keep_source, resolve
from bis._replay.prepare import Prepared, prepare
from bis._replay.session_runs import Subject
from bis._replay.starts import Starts
from bis._verify.tolerances import Tolerances
from bis.errors import BisError, UsageError
from bis.evidence.attributions import PAGE, PICTURE, problem_of_keeping_attribution
from bis.evidence.outcomes import redactor_of_plan
from bis.evidence.run_pages import keep_page, stored_page
from bis.launch.scratch_folder import scratch_folder
from bis.model.attribution import RepairKind
from bis.model.progress import Note
from bis.model.start import Start
from bis.model.statement import Statement, StatementCode, statement
from bis.report.html.attribution_page import attribution_page
from bis.report.html.share_picture import share_picture
from bis.report.languages.language import ENGLISH
from bis.workspace import Workspace

if TYPE_CHECKING:
    from bis._explain.environment.paired_results import Target
    from bis._explain.trial_journal import TrialJournal
    from bis._replay.planning import ReplayOptions
    from bis.model.attribution import Attribution
    from bis.model.facets import Randomness

_LEAST_PAIRS = 2


@dataclass(frozen=True, slots=True)
class ExplainRequest:
    """What the user asks for.

    Parameters
    ----------
    choices : ExplainChoices
        Of the seed causes.
    vary : tuple of EnvironmentSetting
        Environment settings whose effect is measured.
    fix_top : bool
        Whether the largest cause is fixed, and what remains is measured.
    cold : bool
        Whether each replay starts an interpreter of its own.
    consent : callable, optional
        Asked before code that was recorded elsewhere is run; without it, it is run.
    """

    choices: ExplainChoices = field(default_factory=ExplainChoices)
    vary: tuple[EnvironmentSetting, ...] = ()
    fix_top: bool = False
    cold: bool = False
    consent: Callable[[str], bool] | None = None


def explain_run(
    subject: Subject, options: ReplayOptions, request: ExplainRequest, *, workspace: Workspace
) -> Attribution:
    """Explain a run, and store the attribution with it.

    Raises
    ------
    BisError
        It cannot be prepared, see `bis._replay.prepare.prepare`; a cause or metric is not there, or the budget is too
        small (`UsageError`); it does not end well although nothing is varied (`ExecutionError`).
    """
    run = subject.run
    check_causes(request.choices.causes)
    check_metrics(request.choices.metrics, [curve.name for curve in run.record.outputs.metrics])
    prepared = replace(
        prepare(run, options, workspace=workspace, consent=request.consent),
        start=Start.COLD if request.cold else Start.WARM,
    )
    check_settings(prepared, request.vary, workspace=workspace)
    workspace.store.expect_writing()
    choices = request.choices
    with (
        inputs_in_use(prepared.inputs, home=workspace.home),
        executor_for(choices.at_once, workspace.executor) as executor,
        scratch_folder("bis-explain-") as folder,
        Starts(prepared.start) as starts,
    ):
        work = _RunExplanation(subject, prepared, request, workspace, executor, Path(folder), starts)
        key = journal_key(prepared, choices.causes, choices.probe)
        with opened_journal(workspace.home, key) as journal:
            attribution = work.attribution(journal)
    shown = {PAGE: attribution_page(attribution)}
    picture = share_picture(attribution)
    if picture:
        shown[PICTURE] = picture
    problem = problem_of_keeping_attribution(
        workspace.store, run.run_id, attribution, created_unix_s=time.time(), shown=shown
    )
    if problem is None and "bis.verdict" in run.tags:  # the page of the run has the explanation, too
        try:
            keep_page(workspace.store, run.run_id, stored_page(workspace.store, run.run_id, ENGLISH))
        except BisError as error:
            problem = statement(StatementCode.PAGE_NOT_STORED, message=error.message)
    return replace(attribution, statements=(*attribution.statements, problem)) if problem else attribution


@dataclass(frozen=True, slots=True)
class _RunExplanation:
    """All that one explanation works with."""

    subject: Subject
    prepared: Prepared
    request: ExplainRequest
    workspace: Workspace
    executor: Executor
    folder: Path
    starts: Starts

    def attribution(self, journal: TrialJournal) -> Attribution:
        """The shares, then what else was asked for."""
        record = self.subject.run.record
        replayer = self._replayer(self.prepared, self.starts)
        explanation = Explanation(
            ExplainedRun(
                self.subject.run.run_id,
                root=record.randomness.root,
                hash_seed=record.randomness.hash_seed,
                tolerances=self._tolerances,
                primary=self.workspace.settings.primary_metric,
            ),
            self._choices(),
            replayer,
            journal,
            self.workspace.observer,
        )
        found = explanation.attribution()
        audited = self._audited() if found.causes else None
        found = replace(
            found,
            causes=with_findings(found.causes, audited) if audited else found.causes,
            statements=(*found.statements, *self.starts.said),
            cold_reasons=self.starts.reasons,
            uncontrolled=_uncontrolled(record.randomness),
            deviations=(*self.prepared.plan.deviations, *found.deviations),
        )
        if self.request.fix_top:
            found = self._with_remaining(found, explanation, audited)
        if self.request.vary:
            found = self._with_effects(found, explanation)
        return found

    @property
    def _tolerances(self) -> Tolerances:
        return Tolerances.from_settings(self.workspace.settings)

    def _replayer(self, prepared: Prepared, starts: Starts) -> CountedReplayer:
        return CountedReplayer(
            CampaignReplayer(
                prepared,
                self.subject.session,
                self._tolerances,
                self.executor,
                starts,
                self.request.choices.at_once,
                self.workspace.observer,
            )
        )

    def _choices(self) -> ExplainChoices:
        """With the replays that are kept for what is measured afterwards."""
        choices = self.request.choices
        reserved = remaining_replays(choices.budget.blocks) if self.request.fix_top else 0
        return replace(choices, reserved=reserved + replays_needed(self.request.vary))

    def _archive(self) -> Path | None:
        if not self.prepared.inputs.source:
            return None
        return resolve(self.prepared.inputs, (), home=self.workspace.home).archive

    def _audited(self) -> AuditedSource | None:
        """What the audit says of the recorded source; nothing where it cannot be read: the shares do not need it."""
        try:
            archive = self._archive()
            return None if archive is None else audited_source(archive, self.folder / "source")
        except BisError:
            return None

    def _with_remaining(
        self, found: Attribution, explanation: Explanation, audited: AuditedSource | None
    ) -> Attribution:
        """With what remains of the variance once the largest cause is fixed."""
        name = largest_cause(found)
        if name is None:
            return found
        prepared, starts, repair, diff = self.prepared, self.starts, RepairKind.HELD, ""
        cause = next(c for c in found.causes if c.name == name)
        archive = self._archive()
        # Where the program sets seeds elsewhere, they would stay: only the roots of roles can vary the other causes.
        if audited is not None and archive is not None and not found.reseeded:
            repaired = repaired_source(archive, audited, findings_of(cause, audited))
            if repaired is not None:
                path = self.folder / "repaired.tar.gz"
                path.write_bytes(repaired.archive)
                kept = keep_source(path, home=self.workspace.home)
                prepared = replace(prepared, inputs=replace(prepared.inputs, source=kept))
                starts, repair, diff = Starts(Start.COLD), RepairKind.AUDIT, repaired.diff
        replays = remaining_replays(explanation.blocks)
        asked = fixed_variations(explanation.design, name, repair, replays=replays)
        missing = [one for one in asked if one[0] not in explanation.journal.trials]
        replayer = self._replayer(prepared, starts)
        if missing:
            replayer(missing, keep=explanation.journal.add, go_on=lambda: True)
        places = {place for place, _ in asked}
        trials = [t for t in explanation.journal.trials.values() if t.block != FIXED or t.place in places]
        remaining = remaining_variance(found, trials, name, repair, diff=diff)
        made = sum(t.block == FIXED for t in trials)
        failed = sum(t.block == FIXED and t.failure is not None for t in trials)
        return replace(found, remaining=remaining, replays=found.replays + made, failed=found.failed + failed)

    def _with_effects(self, found: Attribution, explanation: Explanation) -> Attribution:
        """With the effects of the environment settings."""
        budget = self.request.choices.budget
        pairs = PAIRS
        if budget.replays is not None:
            pairs = pairs_within(self.request.vary, budget.replays - found.replays + found.continued)
            if pairs < _LEAST_PAIRS:
                raise UsageError(
                    f"the budget of {budget.replays} replays leaves too few for --vary: {_LEAST_PAIRS} pairs of all "
                    f"values take {replays_needed(self.request.vary, _LEAST_PAIRS)} of them",
                    hint="Allow more with --replays; what was made is kept.",
                )
        replays = CampaignReplays(
            self.prepared,
            self.executor,
            self.subject.session,
            self._tolerances,
            self.request.choices.at_once,
            self.workspace.observer,
        )
        redactor = redactor_of_plan(self.prepared.plan)
        kept = KeptReplays(
            replays,
            explanation.journal,
            redact=lambda text: redactor.text(text, place="replay", assignments=False),
        )
        variances = {(t.kind, t.name): t.variance for t in found.targets if t.variance}
        try:
            measured = self._effects(kept, pairs, variances, explanation.design.probe)
        except NotAlikeError:
            self.workspace.observer.noted(Note("explanation-begins-anew", {"replays": kept.used}))
            kept.begin_again()
            measured = self._effects(kept, pairs, variances, explanation.design.probe)
        return replace(
            found,
            effects=measured.effects,
            replays=found.replays + measured.replays,
            failed=found.failed + measured.failed,
            continued=found.continued + kept.used,
        )

    def _effects(
        self, replays: KeptReplays, pairs: int, variances: Mapping[Target, float], probe: str
    ) -> MeasuredEffects:
        return environment_effects(
            self.prepared,
            self.request.vary,
            replay=replays,
            workspace=self.workspace,
            pairs=pairs,
            metrics=self.request.choices.metrics or None,
            variances=variances,
            probe=probe,
        )


def _uncontrolled(randomness: Randomness) -> tuple[Statement, ...]:
    return tuple(statement(StatementCode.NOT_CONTROLLED, what=one.what, why=one.why) for one in randomness.uncontrolled)
