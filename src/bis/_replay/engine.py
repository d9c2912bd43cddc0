"""Replaying a recorded run: plan, environment, executions, child runs, verdict."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bis._replay.environment import BuiltEnvironment, ensure_environment
from bis._replay.execution import Job, execute, quiet_when_idle
from bis._replay.host_state import look_here
from bis._replay.planning import ReplayOptions, layout, make_plan, obstacles
from bis._replay.program_environment import base_environment
from bis._replay.working_copy import archive_of_commit
from bis._verify.case import Case
from bis._verify.judgement import judge
from bis._verify.program_entropy import deterministic
from bis._verify.stopping import ExactStopping, FreshStopping, Stopping
from bis._verify.tolerances import Tolerances
from bis.config import Settings, home
from bis.errors import (
    BisError,
    ConsentRefused,
    DataMissing,
    EvidenceDamaged,
    ExecutionError,
    ReplayImpossible,
)
from bis.evidence.digests import DigestCache, digest_file
from bis.evidence.hosts import host_digest
from bis.evidence.outcomes import keep_outcome
from bis.evidence.store import SOURCE, EvidenceStore, StoredRun
from bis.evidence.verdicts import problem_of_keeping
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Outcome, ReplayKind, Verdict

if TYPE_CHECKING:
    from bis.model.plan import Plan


class Observer(Protocol):
    """Is told how a replay goes; the library itself prints nothing."""

    def step(self, text: str) -> None:
        """Tell what is being prepared."""

    def begin(self, total: int) -> None:
        """Replays begin."""

    def done(self, text: str) -> None:
        """One more replay has ended."""


class Silent:
    """An observer that tells nobody."""

    def step(self, text: str) -> None:
        """Tell nobody."""

    def begin(self, total: int) -> None:
        """Tell nobody."""

    def done(self, text: str) -> None:
        """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Request:
    """How often, how, and with which tolerances; `consent` None means that foreign code may run."""

    times: int
    tolerances: Tolerances
    jobs: int = 1
    until_decided: bool = False
    keep: bool = False
    consent: Callable[[str], bool] | None = None


def plan_replay(stored: StoredRun, options: ReplayOptions, *, archive: Path | None = None) -> Plan:
    """The plan for a run, on this machine, now; `archive` is its source snapshot, where that was fetched."""
    with DigestCache(home() / "digests.sqlite") as cache:
        here = look_here(stored.record, options, archive=archive, cache=cache)
    return make_plan(stored.record, options, here, run_id=stored.run_id)


def replay_run(
    store: EvidenceStore,
    stored: StoredRun,
    options: ReplayOptions,
    request: Request,
    *,
    settings: Settings,
    observer: Observer | None = None,
) -> Verdict:
    """Replay a run and judge it; each finished replay is stored as a child run.

    Raises
    ------
    ConsentRefused
        The run was recorded elsewhere, and running its code was not agreed to.
    DataMissing
        An input file is absent or has changed.
    EnvironmentBuildError
        The recorded packages cannot be installed here.
    StoreUnavailable
        The record cannot be fetched.
    """
    observer = observer or Silent()
    _ask(stored, request)
    with tempfile.TemporaryDirectory(prefix="bis-replay-", ignore_cleanup_errors=True) as name:
        archive = _archive(store, stored, observer)
        plan = plan_replay(stored, options, archive=archive)
        _check(plan, stored)
        archive = archive or _commit_archive(stored, options, Path(name))
        built = _environment(plan, stored, observer)
        jobs = _jobs(plan, stored, request, settings, archive, built, Path(name))
        outcomes: list[Outcome] = []
        problems: list[Statement] = []
        observer.begin(request.times)
        for outcome in _run(jobs, request, _stopping(stored, plan, request), outcomes):
            outcomes.append(_kept(store, stored, plan, outcome, problems))
            observer.done(_told(outcome))
    verdict = judge(
        stored.record.outputs,
        outcomes,
        request.tolerances,
        run_id=stored.run_id,
        original_root=stored.record.randomness.root,
        original_deterministic=deterministic(stored.record.randomness),
        original_trace=stored.record.randomness.trace,
        sequential=request.until_decided and plan.kind is ReplayKind.FRESH,
    )
    verdict = replace(
        verdict,
        deviations=tuple(dict.fromkeys((*plan.deviations, *verdict.deviations))),
        statements=(
            *verdict.statements,
            *(statement(StatementCode.FACET_LACKING, facet=m.what, consequence=m.consequence) for m in plan.missing),
            *problems,
        ),
    )
    problem = problem_of_keeping(store, stored.run_id, verdict, created_unix_s=time.time(), plan=plan)
    return replace(verdict, statements=(*verdict.statements, problem)) if problem else verdict


def _stopping(stored: StoredRun, plan: Plan, request: Request) -> Stopping | None:
    if not request.until_decided:
        return None
    randomness = stored.record.randomness
    case = Case(stored.record.outputs, request.tolerances, trace=randomness.trace)
    if plan.kind is ReplayKind.EXACT:
        return ExactStopping(case, request.times)
    return FreshStopping(case, randomness.root, request.times)


def _ask(stored: StoredRun, request: Request) -> None:
    # What bis never recorded comes from the user's own clone; a record without a host is not trusted for that.
    if request.consent is None or not stored.recorded or stored.record.host == host_digest():
        return
    code = stored.record.code
    question = (
        f"run {stored.run_id} was recorded by somebody else or on another machine. "
        f"Replaying it runs its code ({code.target or code.kind.value} of {code.project or 'an unknown project'}) "
        "with your rights. Go on?"
    )
    if not request.consent(question):
        raise ConsentRefused(
            f"the code of run {stored.run_id} was recorded elsewhere and was not run",
            hint="Look at it with `bis show`, then replay with --yes.",
        )


def _check(plan: Plan, stored: StoredRun) -> None:
    bad = [p for p in plan.data if p.problem]
    if bad:
        lines = "; ".join(f"{p.file.path}: {p.problem}" for p in bad[:5])
        more = f" (and {len(bad) - 5} more)" if len(bad) > 5 else ""
        raise DataMissing(
            f"{len(bad)} input file(s) of run {stored.run_id} are not as they were recorded: {lines}{more}",
            hint="Put them back, or name a folder that has them with --data.",
            files=[p.file.path for p in bad],
        )
    others = obstacles(plan, allow_changed_data=True)
    if others:
        raise ReplayImpossible(
            f"run {stored.run_id} cannot be replayed: {' '.join(others)}",
            hint="`bis replay RUN_ID --dry-run` prints the plan with all that is missing.",
        )


def _archive(store: EvidenceStore, stored: StoredRun, observer: Observer) -> Path | None:
    snapshot = stored.record.code.snapshot
    if snapshot is None:
        return None
    observer.step("fetching the source snapshot")
    archive = store.download(stored.run_id, SOURCE)
    found = digest_file(archive).digest
    if found != snapshot.digest:
        raise EvidenceDamaged(
            f"{SOURCE} of run {stored.run_id} has digest {found[:16]}…; its record says {snapshot.digest[:16]}…",
            hint="The artifact was changed after recording; restore it to replay this run.",
        )
    return archive


def _commit_archive(stored: StoredRun, options: ReplayOptions, folder: Path) -> Path | None:
    """The source of a run that bis did not record, from the user's clone."""
    commit = stored.record.code.commit
    if options.source_dir is None or commit is None:
        return None
    return archive_of_commit(options.source_dir, commit, folder / "commit.tar.gz")


def _environment(plan: Plan, stored: StoredRun, observer: Observer) -> BuiltEnvironment:
    if plan.environment == "current":
        return BuiltEnvironment(Path(sys.executable), created=False, seconds=0.0)
    return ensure_environment(
        stored.record.environment,
        cache_dir=home() / "environments",
        python=stored.record.environment.python,
        progress=observer.step,
    )


def _jobs(
    plan: Plan,
    stored: StoredRun,
    request: Request,
    settings: Settings,
    archive: Path | None,
    built: BuiltEnvironment,
    folder: Path,
) -> Iterator[Job]:
    randomness = stored.record.randomness
    fresh = plan.kind is ReplayKind.FRESH
    for index in range(request.times):
        place = (
            home() / "replays" / f"{stored.run_id[:8]}-{secrets.token_hex(4)}" if request.keep else folder / str(index)
        )
        yield Job(
            plan=plan,
            index=index,
            root=secrets.token_hex(32) if fresh or randomness.root is None else randomness.root,
            hash_seed=str(secrets.randbelow(2**32 - 1) + 1) if fresh else plan.hash_seed,
            served=fresh or randomness.root is not None,
            archive=str(archive or ""),
            python=str(built.python_executable),
            folder=str(place),
            settings=settings,
            keep=request.keep,
            deviations=built.deviations,
            environ=base_environment(os.environ),
            layout=layout(stored.record),
            cells=stored.record.code.cells,
        )


def _run(
    jobs: Iterator[Job], request: Request, stopping: Stopping | None, outcomes: list[Outcome]
) -> Iterator[Outcome]:
    """Outcomes as they come, until the jobs or the reasons to go on are exhausted."""
    if request.jobs == 1:
        for job in jobs:
            if stopping is not None and not stopping.next(outcomes):
                return
            yield execute(job)
        return
    with _workers(request.jobs) as workers:
        waiting: set[Future[Outcome]] = set()
        while True:
            while len(waiting) < request.jobs and (stopping is None or stopping.next(outcomes)):
                following = next(jobs, None)
                if following is None:
                    break
                waiting.add(workers.submit(execute, following))
            if not waiting:
                return
            finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                try:
                    yield future.result()
                except BrokenProcessPool as error:
                    raise ExecutionError(
                        "a process that replays was ended from outside",
                        hint="Was there enough memory? Fewer replays at a time (-j) need less.",
                    ) from error


@contextmanager
def _workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes, which end their programs before they end themselves, on Ctrl-C too."""
    context: Any = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())  # of whoever called us
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=quiet_when_idle)
    try:
        yield pool
    except BaseException:
        for child in set(multiprocessing.active_children()) - others:
            if child.pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(child.pid, signal.SIGINT)
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown(wait=True)


def _kept(store: EvidenceStore, stored: StoredRun, plan: Plan, outcome: Outcome, problems: list[Statement]) -> Outcome:
    try:
        return replace(outcome, run_id=keep_outcome(store, stored, plan, outcome))
    except BisError as error:
        problems.append(statement(StatementCode.REPLAY_NOT_STORED, replay=outcome.index + 1, message=error.message))
        return outcome


def _told(outcome: Outcome) -> str:
    return f"replay {outcome.index + 1}: " + (outcome.failure.stage if outcome.failure else "done")
