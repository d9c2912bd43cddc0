"""A program that ran, run again and judged; and a notebook's outputs beside those that were saved in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis._replay.chosen_options import replay_options
from bis._replay.replay_run import Request, replay_run
from bis._replay.saved_notebook import saved_and_run
from bis._replay.session_runs import subject_of
from bis._verify.published.saved_outputs import compare_saved_outputs
from bis._verify.tolerances import Tolerances
from bis.config import home
from bis.errors import BisError
from bis.evidence.store import EvidenceStore
from bis.instrument.quarantine import database_uri
from bis.model.tried_project import PublishedOutputs, TriedReplays
from bis.model.verdict import Level
from bis.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from bis.config import Settings
    from bis.model.progress import Observer
    from bis.model.sandbox import SandboxRequest
    from bis.model.verdict import Deviation, Verdict


def replayed(
    run_id: str,
    store: Path,
    settings: Settings,
    *,
    times: int,
    timeout_s: float | None,
    sandbox: SandboxRequest,
    observer: Observer,
) -> tuple[TriedReplays, tuple[Deviation, ...]]:
    """Replay a run so many times, exactly, and judge whether it is the same; why not is part of the result."""
    evidence = EvidenceStore(database_uri(store))
    try:
        subject = subject_of(evidence, run_id)
        options = replay_options(
            settings,
            fresh=False,
            environment="rebuild",  # the one it was recorded in, which is built already
            overrides=None,
            data_folders=(),
            source=None,
            timeout_s=timeout_s,
        )
        options = replace(options, sandbox=sandbox.asked, network=sandbox.network, own_home=sandbox.own_home)
        request = Request(times=times, tolerances=Tolerances.from_settings(settings))
        workspace = Workspace(settings, evidence, home(), observer)
        verdict = replay_run(subject.run, options, request, workspace=workspace, session=subject.session)
    except BisError as error:
        return TriedReplays(reason=error.message), ()
    failed = sum(group.failed for group in verdict.groups)
    made = sum(group.replays for group in verdict.groups)
    return TriedReplays(verdict.level.value, made, failed, _first_failure(verdict)), verdict.deviations


def _first_failure(verdict: Verdict) -> str:
    return next((o.failure.message for o in verdict.outcomes if o.failure is not None), "")


def published_outputs(run_id: str, store: Path, settings: Settings) -> PublishedOutputs:
    """The outputs that are saved in a notebook's file beside those of its run."""
    evidence = EvidenceStore(database_uri(store))
    try:
        subject = subject_of(evidence, run_id, as_logged=True)
        cells, run = saved_and_run(evidence, subject.run)
        verdict = compare_saved_outputs(
            cells, run, tolerances=Tolerances(declared=dict(settings.tolerances)), run_id=run_id
        )
    except BisError as error:
        return PublishedOutputs(reason=error.message)
    counting = [item for group in verdict.groups for item in group.items if item.counts]
    return PublishedOutputs(
        verdict.level.value if counting else "",
        compared=len(counting),
        divergent=sum(item.level in {Level.DIVERGENT, Level.NOT_EXECUTABLE} for item in counting),
    )
