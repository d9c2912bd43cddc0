"""What is done once before a run is replayed: consent, source, plan, environment."""

from __future__ import annotations

import posixpath
import re
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis._replay.containment import chosen_kind
from bis._replay.environment import ensure_environment
from bis._replay.host_state import look_here
from bis._replay.injected_parameters import check_overrides
from bis._replay.inputs import STDIN_SUFFIX, Inputs, Origin, keep_source, lock_digest
from bis._replay.planning import REBUILD, Layout, ReplayOptions, layout, make_plan, obstacles
from bis._replay.rebuilding import describe_rebuild, rebuild_notes
from bis._replay.working_copy import archive_of_commit
from bis.config import Settings
from bis.errors import ConsentRefused, DataMissing, EvidenceDamaged, ReplayImpossible
from bis.evidence.digests import DigestCache, digest_file
from bis.evidence.hosts import host_digest
from bis.evidence.machine_seal import is_sealed_here
from bis.evidence.store import CARRIED, SOURCE, STDIN, StoredRun
from bis.model.facets import EntryKind
from bis.model.plan import Plan
from bis.model.progress import Task
from bis.model.sandbox import USUAL, SandboxKind, SandboxRequest
from bis.model.start import Start
from bis.model.variation import Variation, recorded_variation
from bis.model.verdict import ReplayKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis._replay.planning import HostState
    from bis.workspace import Workspace

_MODULE = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_SHOWN = 80
_NAMED = 5  # packages that are listed one by one


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that can be replayed any number of times; a picklable value.

    `recorded` is the variation of the original, `layout` the folders that its workspaces need, `keep` whether these
    stay on the machines that made them, `start` whether replays may be started warm (see `bis._replay.starts`),
    `sandbox` which sandbox they are to have.
    """

    run: StoredRun
    plan: Plan
    inputs: Inputs
    recorded: Variation
    settings: Settings
    layout: Layout
    keep: bool = False
    start: Start = Start.COLD
    sandbox: SandboxRequest = USUAL

    def check(self, variation: Variation) -> None:
        """Refuse a variation that does not answer the question of the plan.

        Raises
        ------
        ValueError
            Something differs from the original in an exact replay, or in a fresh one something is not new or something
            differs besides the randomness. Whatever varies in a varied replay is an experiment.
        """
        kind = variation.kind(self.recorded)
        if self.plan.kind not in {kind, ReplayKind.VARIED}:
            given = ", ".join(
                name
                for name in (
                    "root",
                    "hash_seed",
                    "roles",
                    "variables",
                    "environment",
                    "scoped",
                    "reseeded",
                    "probe",
                    "switches",
                )
                if getattr(variation, name) != getattr(self.recorded, name)
            )
            raise ValueError(
                f"the plan is for {self.plan.kind.value} replays, and the variation is for {kind.value} ones: "
                f"it has another {given or 'nothing'} than the original"
            )


def prepare(
    run: StoredRun,
    options: ReplayOptions,
    *,
    workspace: Workspace,
    consent: Callable[[str], bool] | None = None,
) -> Prepared:
    """Make sure that a run can be replayed here, and do what all its replays need once.

    Parameters
    ----------
    run : StoredRun
        The run, with its record.
    options : ReplayOptions
        How it is to be replayed.
    workspace : Workspace
        Where the run is, and where sources and environments are kept.
    consent : callable, optional
        Asked before code that was recorded elsewhere is run; without it, it is run.

    Raises
    ------
    ConsentRefused
        The run was recorded elsewhere, and running its code was not agreed to.
    DataMissing
        An input file is absent or has changed.
    EnvironmentBuildError
        The recorded packages cannot be installed here.
    EvidenceDamaged
        The source snapshot is not the recorded one, or the record has a root that is not one.
    ReplayImpossible
        The record lacks something that a replay cannot do without.
    StorageError
        The source or the environment cannot be kept.
    StoreUnavailable
        The record cannot be fetched.
    UsageError
        Something is to be set that the recorded notebook has no parameter for.
    """
    foreign = is_foreign(run)
    sandbox = _sandbox(run, options, foreign=foreign)
    kind = chosen_kind(sandbox)  # what cannot be had is said before anything is asked or built
    if foreign and consent is not None:
        _ask(run, kind, consent)
    _check_target(run, foreign=foreign)
    archive = _archive(run, workspace)
    check_overrides(run.record.code, options.overrides, archive)
    here = _look(run, options, workspace, archive)
    plan = make_plan(run.record, options, here, run_id=run.run_id)
    _check(plan, run)
    plan = _with_rebuild(plan, run, here, workspace)
    for note in rebuild_notes(plan.rebuild) if plan.rebuild is not None else ():
        workspace.observer.noted(note)
    try:
        recorded = recorded_variation(run.record.randomness)
    except ValueError as error:
        raise EvidenceDamaged(f"the record of run {run.run_id} cannot be replayed: {error}") from error
    return Prepared(
        run=run,
        plan=plan,
        inputs=_inputs(run, plan, options, workspace, here, archive),
        recorded=recorded,
        settings=workspace.settings,
        layout=layout(run.record),
        sandbox=sandbox,
    )


def plan_replay(run: StoredRun, options: ReplayOptions, *, workspace: Workspace) -> Plan:
    """The plan for a run, on this machine, now; nothing is fetched, built or checked."""
    here = _look(run, options, workspace, None)
    return _with_rebuild(make_plan(run.record, options, here, run_id=run.run_id), run, here, workspace)


def _with_rebuild(plan: Plan, run: StoredRun, here: HostState, workspace: Workspace) -> Plan:
    """The plan with what the environment costs that it has built."""
    if plan.environment != REBUILD:
        return plan
    found = describe_rebuild(run.record.environment, here.environment, cache_dir=workspace.environments)
    return replace(plan, rebuild=found)


def _look(run: StoredRun, options: ReplayOptions, workspace: Workspace, archive: Path | None) -> HostState:
    with DigestCache(workspace.digests) as cache:
        return look_here(run.record, options, archive=archive, cache=cache)


def is_foreign(run: StoredRun) -> bool:
    """Whether running this is running somebody else's code, for all that can be proved.

    What bis never recorded comes from the user's own clone. A record is one's own where it has the seal of this
    machine, which nobody else can make: all else in it is up to whoever wrote it.
    """
    return run.recorded and not is_sealed_here(run.run_id, run.tags)


def _check_target(run: StoredRun, *, foreign: bool) -> None:
    """Refuse a program outside of its project, where the record cannot be one's own.

    One's own may be a tool of the environment at its absolute place.
    """
    code = run.record.code
    if code.kind is EntryKind.MODULE:
        fits = bool(_MODULE.fullmatch(code.target)) or not code.target
    else:
        inside = not posixpath.normpath(code.target).startswith("../")
        fits = inside and not (foreign and posixpath.isabs(code.target))
    if not fits:
        raise EvidenceDamaged(
            f"the record of run {run.run_id} names a program that is not in its project: {code.target[:_SHOWN]!r}",
            hint="The record was made or changed by hand.",
        )


def _sandbox(run: StoredRun, options: ReplayOptions, *, foreign: bool) -> SandboxRequest:
    wrote = dict.fromkeys(posixpath.dirname(f.path) for f in run.record.outputs.files if posixpath.isabs(f.path))
    arguments = (*run.record.code.argv, *options.overrides.values())
    given = (p for p in (posixpath.normpath(v.rpartition("=")[2]) for v in arguments) if p not in wrote)
    read = tuple(p for p in (*(f.path for f in run.record.data.files), *given) if posixpath.isabs(p))
    shown = () if foreign else read
    return SandboxRequest(options.sandbox, options.network, foreign, shown, tuple(wrote), own_home=options.own_home)


def _built_elsewhere(run: StoredRun) -> str:
    """Which packages would be installed from an address, which runs what is there: as a sentence."""
    named = [f"{p.name} from {p.url}" for p in run.record.environment.packages if p.url and not p.editable]
    if not named:
        return ""
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    listed = "; ".join(named[:_NAMED])
    return f" Where its environment has to be built, this builds {listed}{more}, outside of any sandbox."


def _ask(run: StoredRun, kind: SandboxKind, consent: Callable[[str], bool]) -> None:
    code = run.record.code
    question = (
        f"run {run.run_id} was recorded by another user or on another machine. "
        f"Replaying it runs its code ({code.target or code.kind.value} of {code.project or 'an unknown project'}) "
        f"{'in a sandbox' if kind is not SandboxKind.NONE else 'with your rights'}.{_built_elsewhere(run)} Continue?"
    )
    if not consent(question):
        raise ConsentRefused(
            f"the code of run {run.run_id} was recorded elsewhere and was not run",
            hint="Look at it with `bis show`, then replay with --yes.",
        )


def _check(plan: Plan, run: StoredRun) -> None:
    bad = [p for p in plan.data if p.problem]
    if bad:
        lines = "; ".join(f"{p.file.path}: {p.problem}" for p in bad[:5])
        more = f" (and {len(bad) - 5} more)" if len(bad) > 5 else ""
        raise DataMissing(
            f"{len(bad)} input file(s) of run {run.run_id} are not as they were recorded: {lines}{more}",
            hint="Put them back, or name a folder that has them with --data.",
            files=[p.file.path for p in bad],
        )
    others = obstacles(plan, allow_changed_data=True)
    if others:
        raise ReplayImpossible(
            f"run {run.run_id} cannot be replayed: {' '.join(others)}",
            hint="`bis replay RUN_ID --dry-run` prints the plan with all that is missing.",
        )


def _archive(run: StoredRun, workspace: Workspace) -> Path | None:
    snapshot = run.record.code.snapshot
    if snapshot is None:
        return None
    workspace.observer.started(Task.SOURCE)
    archive = workspace.store.download(run.run_id, SOURCE)
    found = digest_file(archive).digest
    if found != snapshot.digest:
        raise EvidenceDamaged(
            f"{SOURCE} of run {run.run_id} has digest {found[:16]}…; its record says {snapshot.digest[:16]}…",
            hint="The artifact was changed after recording; restore it to replay this run.",
        )
    workspace.observer.finished(Task.SOURCE)
    return archive


def _inputs(
    run: StoredRun,
    plan: Plan,
    options: ReplayOptions,
    workspace: Workspace,
    here: HostState,
    archive: Path | None,
) -> Inputs:
    inputs = Inputs(
        source=_kept_source(run, options, workspace, archive),
        state=_kept_state(run, workspace),
        stdin=_kept_input(run, plan, workspace),
        lock=lock_digest(here.environment),
        origin=Origin(host=host_digest(), interpreter=sys.executable),
    )
    if plan.environment != REBUILD:
        return inputs
    recorded = run.record.environment
    built = ensure_environment(
        recorded, cache_dir=workspace.environments, python=recorded.python, observer=workspace.observer
    )
    return Inputs(
        source=inputs.source,
        state=inputs.state,
        stdin=inputs.stdin,
        lock=inputs.lock,
        rebuilt=recorded,
        name=built.name,
        deviations=built.deviations,
        origin=inputs.origin,
    )


def _kept_state(run: StoredRun, workspace: Workspace) -> str:
    """The digest of the state that the program carried over, which is then kept here; empty where there is none."""
    carried = run.record.data.carried
    if carried is None or not carried.artifact:
        return ""
    holder = carried.run_id or run.run_id
    archive = workspace.store.download(holder, CARRIED)
    found = digest_file(archive).digest
    if found != carried.digest:
        raise EvidenceDamaged(
            f"{CARRIED} of run {holder} has digest {found[:16]}…; the record of run {run.run_id} says "
            f"{carried.digest[:16]}…",
            hint="The artifact was changed after recording; restore it to replay this run.",
        )
    return keep_source(archive, home=workspace.home)


def _kept_input(run: StoredRun, plan: Plan, workspace: Workspace) -> str:
    """The digest of what the program gets as standard input, which is then among the stored sources."""
    if not plan.stdin:
        return ""
    found = workspace.store.download(run.run_id, STDIN)
    if digest_file(found).digest != plan.stdin:
        raise EvidenceDamaged(
            f"{STDIN} of run {run.run_id} is not what its record says",
            hint="The artifact was changed after recording; restore it to replay this run.",
        )
    return keep_source(found, home=workspace.home, suffix=STDIN_SUFFIX)


def _kept_source(run: StoredRun, options: ReplayOptions, workspace: Workspace, archive: Path | None) -> str:
    """The digest of the source, which is then among the stored sources; empty where there is none."""
    if archive is not None:
        return keep_source(archive, home=workspace.home)
    commit = run.record.code.commit
    if options.source_dir is None or commit is None:
        return ""
    with tempfile.TemporaryDirectory(prefix="bis-commit-") as folder:
        # The source of a run that bis did not record, from the user's clone.
        made = archive_of_commit(options.source_dir, commit, Path(folder) / "commit.tar.gz")
        return keep_source(made, home=workspace.home)
