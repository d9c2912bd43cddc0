"""The verb that says whether a change may be merged, and the one that asks whether a project's tests would notice."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis.api.comparisons import compare
from bis.api.named_runs import runs_asked_for
from bis.api.recorded_runs import run
from bis.api.replays import replay, verify
from bis.config import CiSettings, Settings, file_of_project, load_settings
from bis.errors import ExecutionError, RunNotFound, UsageError
from bis.model.base_commit import BaseCommit
from bis.model.progress import SILENT, Observer

# Late are the imports of rooms that other verbs do not need.
if TYPE_CHECKING:
    from bis.model.gate import GateFinding, GateResult, ProgramGate
    from bis.model.mutation import MutationReport


def ci(  # noqa: PLR0913 - a keyword for each option of the command
    *program: str,
    against: str | None = None,
    expect: str | None = None,
    names: Mapping[str, str] | None = None,
    times: int | None = None,
    fresh_times: int | None = None,
    metric: str | None = None,
    higher: Sequence[str] = (),
    lower: Sequence[str] = (),
    margin: Mapping[str, float] | None = None,
    timeout_s: float | None = None,
    tracking_uri: str | None = None,
    echo: bool = True,
    observer: Observer = SILENT,
    consent: Callable[[str], bool] | None = None,
) -> GateResult:
    """Say whether a change may be merged: is each program repeatable, and did a metric move beyond noise?

    What is not given is what ``[tool.bis.ci]`` says.

    Parameters
    ----------
    *program : str
        A program with its arguments, as for `run` (``-m`` first for a module), which is recorded; or a run id, a unique
        prefix of one, or ``last``. Without it, all programs of the settings, or else ``last``.
    against : str, optional
        What metrics are compared with: a run, or a branch or commit of git. Of that the commit at which HEAD went off
        it is checked out, and the program recorded there.
    expect : str, optional
        A published table that metrics must agree with, or ``saved-outputs``: those in the notebook's file.
    names : mapping of str to str, optional
        Which metric a column of the table means, where the names differ.
    times : int, optional
        Exact replays of each program.
    fresh_times : int, optional
        Replays of each side of a comparison.
    metric : str, optional
        The one that counts: it gets half the error, the others share the rest.
    higher, lower : sequence of str
        Metrics of which higher (lower) values are better: a better value is no failure.
    margin : mapping of str to float, optional
        By metric the largest difference that does not matter, in its unit: that it is within must then be shown.
    timeout_s : float, optional
        Limit for each replay, in seconds.
    tracking_uri : str, optional
        Where the runs are; MLflow's own default otherwise.
    echo : bool
        Whether the output of programs is shown while they are recorded.
    observer : Observer
        Receives progress.
    consent : callable, optional
        Asked before code that was recorded elsewhere is run; without it, it is run.

    Raises
    ------
    UsageError
        There is no such program, or several are to be compared with one run.
    BisError
        A run cannot be read or replayed; the kind of error says why.
    """
    from bis._verify.published.published_table import read_table
    from bis.model.gate import GateResult

    settings = load_settings(Path.cwd())
    own = settings.ci or CiSettings()
    programs = _programs(program, own, tracking_uri)
    base = against or own.against or ""
    table = expect or own.expect
    if expect is None and table is not None and table != "saved-outputs":
        file_of_project(table, Path.cwd(), setting="ci.expect")
    if table is not None and table != "saved-outputs":
        read_table(Path(table))  # before anything is run: what is wrong with it is known in a moment
    with ExitStack() as stack:
        gate = _Gate(
            settings=settings,
            times=times or own.times,
            fresh_times=fresh_times or own.fresh_times,
            expect=table,
            names=names,
            metric=metric,
            higher=(*higher, *own.higher),
            lower=(*lower, *own.lower),
            margin=margin,
            timeout_s=timeout_s,
            tracking_uri=tracking_uri,
            echo=echo,
            observer=observer,
            consent=consent,
            base=_base(base, tracking_uri, stack) if base else None,
        )
        if gate.base is not None and not isinstance(gate.base, str) and isinstance(programs[0], str):
            raise UsageError(
                f"run {programs[0]} cannot be compared with a commit",
                hint="Name the program, which is then recorded at both; or a run as --against.",
            )
        if isinstance(gate.base, str) and len(programs) > 1:
            raise UsageError(
                f"{len(programs)} programs cannot be compared with the one run {gate.base}",
                hint="Name a branch or commit, or one program.",
            )
        return GateResult(tuple(gate.judge(one) for one in programs), base)


def mutate(
    command: str | Sequence[str] | None = None,
    *,
    path: str | Path = ".",
    most: int = 30,
    observer: Observer = SILENT,
) -> MutationReport:
    """Say whether a project's own tests would notice a change that matters for repeatability (``bis ci --mutate``).

    On a copy of the project, seeds are changed by one, stratified splits become plain ones, and pinned packages are not
    pinned any more, one at a time; the tests run on each.

    Parameters
    ----------
    command : str or sequence of str, optional
        The tests, which run in the copy without a shell; by default ``command`` of ``[tool.bis.ci]``.
    path : str or Path
        The project's folder.
    most : int
        Try at most so many, of each kind the first ones.
    observer : Observer
        Receives a step for each mutation.

    Raises
    ------
    UsageError
        There is no command.
    ExecutionError
        The tests fail without any change, or cannot be started.
    """
    from bis._gate.mutation_run import try_mutations

    root = Path(path)
    settings = load_settings(root)
    given = command or (settings.ci or CiSettings()).command
    words = shlex.split(given) if isinstance(given, str) else list(given or ())
    if not words:
        raise UsageError(
            "there is no test command",
            hint='Give one: bis ci --mutate --command "pytest -q"; or set it in [tool.bis.ci].',
        )
    return try_mutations(root, words, most=most, exclude=settings.exclude, observer=observer)


def _programs(words: tuple[str, ...], own: CiSettings, tracking_uri: str | None) -> list[tuple[str, ...] | str]:
    """What is judged: words of a program, or the id of a run."""
    if not words and own.programs:
        return [tuple(shlex.split(line)) for line in own.programs]
    words = words or ("last",)
    if len(words) == 1 and not Path(words[0]).exists() and not words[0].endswith((".py", ".ipynb")):
        (found,) = runs_asked_for(tracking_uri, words[0])
        return [found.run_id]
    return [words]


def _base(reference: str, tracking_uri: str | None, stack: ExitStack) -> str | BaseCommit:
    """The run that is meant, or the commit, checked out."""
    from bis._gate.base_checkout import base_checkout
    from bis.evidence.store import is_run_id

    if reference == "last" or is_run_id(reference):
        try:
            (found,) = runs_asked_for(tracking_uri, reference)
        except RunNotFound:
            if reference == "last":
                raise
        else:
            return found.run_id
    return stack.enter_context(base_checkout(reference, Path.cwd()))


@dataclass(frozen=True, slots=True)
class _Gate:
    """What is asked of every program."""

    settings: Settings
    times: int | None
    fresh_times: int | None
    expect: str | None
    names: Mapping[str, str] | None
    metric: str | None
    higher: tuple[str, ...]
    lower: tuple[str, ...]
    margin: Mapping[str, float] | None
    timeout_s: float | None
    tracking_uri: str | None
    echo: bool
    observer: Observer
    consent: Callable[[str], bool] | None
    base: str | BaseCommit | None

    def judge(self, program: tuple[str, ...] | str) -> ProgramGate:
        """Record the program, unless it is a run; replay it, and compare it."""
        from bis._gate.gate_findings import of_expectation, of_replays
        from bis._gate.program_places import file_of, suspects_in
        from bis.model.gate import GateCode, GateFinding, ProgramGate

        if isinstance(program, str):
            run_id, failed = program, None
        else:
            run_id, failed = self._recorded(program)
        (stored,) = runs_asked_for(self.tracking_uri, run_id)
        record = stored.store.read(stored.run_id).record
        name = shlex.join(program) if not isinstance(program, str) else record.code.target or run_id
        one = ProgramGate(name, run_id, file=file_of(record))
        if failed:
            return replace(one, exit_code=failed, findings=(GateFinding(GateCode.PROGRAM_FAILED),))
        verdict = replay(
            run_id,
            times=self.times,
            timeout_s=self.timeout_s,
            tracking_uri=self.tracking_uri,
            observer=self.observer,
            consent=self.consent,
        )
        findings = of_replays(verdict)
        one = replace(one, verdict=verdict, suspects=suspects_in(record) if findings else ())
        if self.expect is not None:
            expected = verify(run_id, expect=self.expect, names=self.names, tracking_uri=self.tracking_uri)
            one = replace(one, expected=expected)
            findings += of_expectation(expected)
        return self._compared(replace(one, findings=findings), program)

    def _recorded(self, words: tuple[str, ...]) -> tuple[str, int | None]:
        """The run of a program, and the exit status with which it failed."""
        module = words[0] == "-m"
        target, *arguments = words[1:] if module else words
        done = run(target, *arguments, module=module, tracking_uri=self.tracking_uri, wait=True, echo=self.echo)
        if not done.run_ids:
            raise ExecutionError(f"{shlex.join(words)} was not recorded: {done.problem or 'it made no run'}")
        status = done.exit.exit_code
        return done.run_ids[0], status if status is not None else 128 + (done.exit.signal or 1)

    def _compared(self, one: ProgramGate, program: tuple[str, ...] | str) -> ProgramGate:
        """The same with what a comparison says, where there is something to compare with."""
        from bis._gate.base_checkout import record_base
        from bis._gate.gate_findings import of_comparison
        from bis._verify.tolerances import Tolerances
        from bis.model.gate import GateCode, GateFinding

        base = self.base
        if base is None:
            return one
        if not isinstance(base, str):
            assert not isinstance(program, str)
            if _is_new(base, program):
                return one
            recorded = record_base(base, program, tracking_uri=self.tracking_uri)
            if recorded is None:
                return replace(one, findings=(*one.findings, GateFinding(GateCode.BASE_FAILED)))
            base = recorded
        found = compare(
            base,
            one.run_id,
            times=self.fresh_times,
            metric=self.metric,
            higher=self.higher,
            lower=self.lower,
            margin=self.margin,
            timeout_s=self.timeout_s,
            tracking_uri=self.tracking_uri,
            observer=self.observer,
            consent=self.consent,
        )
        more: tuple[GateFinding, ...] = of_comparison(found, Tolerances.from_settings(self.settings))
        return replace(one, comparison=found, base=base, findings=(*one.findings, *more))


def _is_new(base: BaseCommit, words: tuple[str, ...]) -> bool:
    """Whether the base does not have the program; of a module this is not looked for."""
    if words[0] == "-m":
        return not base.folder.is_dir()
    return not (base.folder / words[0]).is_file()
