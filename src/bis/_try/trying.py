"""One project of strangers, from where it is to its place in the funnel."""

from __future__ import annotations

import calendar
import os
import re
import shutil
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from bis._replay.containment import chosen_kind
from bis._replay.environment import ensure_environment, interpreters
from bis._replay.own_home import left_in_home
from bis._replay.rebuilding import describe_rebuild
from bis._try.candidates import candidates, given_candidate
from bis._try.declared_lists import name_of
from bis._try.first_run import HOME, OWN_FOLDERS, TEMPORARY, FirstRun, ProgramToTry, run_recorded, stored
from bis._try.guards import Guards, TryLimits, guarded, sandbox_request
from bis._try.judging import published_outputs, replayed
from bis._try.needed_packages import needed_packages
from bis._try.obtaining import AskedProject, Obtained, described, fresh_copy, obtain
from bis._try.program_failures import Diagnosis, EndOfProgram, diagnosed
from bis._try.program_imports import further_roots, import_choices, program_file
from bis._try.project_reading import read_project
from bis._try.python_choice import asked_python, earliest_use, pythons_to_try
from bis._try.resolution import Lock, Unresolved, resolve_declared, resolve_packages
from bis._try.undeclared_setuptools import WITH_PKG_RESOURCES, importer_of_pkg_resources
from bis._version import __version__
from bis.config import MIB, Settings, home
from bis.errors import BisError, EnvironmentBuildError, StorageError, UsageError
from bis.evidence.redaction import Redactor
from bis.instrument.quarantine import database_uri
from bis.model.progress import SILENT, Observer
from bis.model.project_audit import Problem
from bis.model.sandbox import AUTO
from bis.model.tried_project import (
    DependencySource,
    EvidenceKind,
    FunnelPlace,
    Need,
    TriedEnvironment,
    TriedProject,
    TryEvidence,
)
from bis.model.verdict import Deviation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bis._replay.environment import BuiltEnvironment, Interpreter
    from bis._try.candidates import ProjectFiles
    from bis._try.python_choice import ChosenPython
    from bis.model.facets import Environment
    from bis.model.tried_project import Candidate, TriedDependencies

COMMIT_DAY, TODAY = "commit", "today"
_DAY_S = 86_400
PRINTED = "printed.txt"
_PRINTED = 20_000  # characters of each stream
_MOST_PYTHONS = 4
_SHOWN_CANDIDATES = 12
_NAMED_IN_HOME = 3
_MOST_LEFT_OUT = 12
_SEEDED_UNTIL = (3, 12)  # before it, a new virtual environment had setuptools


@dataclass(frozen=True, slots=True)
class TryOptions:
    """What is asked of a try.

    `entry` names what is run (empty: the best candidate). `as_of` is ``commit`` (the time of the commit), ``today``,
    or a day in ISO 8601. `times` is the number of replays, `keep` whether the copy of the project stays. `sandbox` and
    `network` are those of `bis.model.sandbox.SandboxRequest`.
    """

    entry: str = ""
    as_of: str = COMMIT_DAY
    times: int = 3
    keep: bool = False
    limits: TryLimits = field(default_factory=TryLimits)
    sandbox: str = AUTO
    network: bool = False

    def check(self) -> None:
        """Refuse what cannot be had, before anything is fetched.

        Raises
        ------
        UsageError
            `as_of` is no day, or the sandbox does not work here.
        """
        as_of_time(self.as_of, None)
        sandbox_request(self.sandbox, network=self.network)


def as_of_time(as_of: str, committed_unix_s: float | None) -> float | None:
    """The moment whose index is used, in seconds since 1970; None: now.

    Raises
    ------
    UsageError
        It is not a day.
    """
    if as_of == TODAY:
        return None
    if as_of == COMMIT_DAY:
        return committed_unix_s
    month = re.fullmatch(r"(\d{4})-(\d{2})", as_of)
    try:
        last = calendar.monthrange(int(month[1]), int(month[2]))[1] if month else 0
        day = datetime.fromisoformat(f"{as_of}-{last:02}" if month else as_of)
    except (ValueError, calendar.IllegalMonthError) as error:
        raise UsageError(
            f"--as-of {as_of}: expected commit, today or a day such as 2024-01-31, found {as_of!r}",
            hint="A month such as 2024-01 means its last day.",
        ) from error
    if day.tzinfo is None:
        day = day.replace(tzinfo=timezone.utc)
    whole = len(as_of) <= len("2024-01-31")  # no time of day: its end
    return day.timestamp() + (_DAY_S - 1 if whole else 0)


def try_asked(asked: AskedProject, out: Path, options: TryOptions, *, observer: Observer = SILENT) -> TriedProject:
    """Obtain a project and try it; `out` is the folder for all that belongs to it.

    Raises
    ------
    UsageError
        `options` are invalid, or name an entry that the project does not have.
    StorageError
        `out` cannot be written.
    """
    options.check()
    begun = time.monotonic()
    obtained = obtain(asked, out / "clone", timeout_s=options.limits.clone_s)
    taken = time.monotonic() - begun
    if isinstance(obtained, Problem):
        evidence = TryEvidence(EvidenceKind.GIT, _redacted(obtained.detail))
        return _result(
            TriedProject(asked.name, FunnelPlace.NOT_CLONED, evidence=(evidence,), url=asked.url), {"clone": taken}
        )
    tried = _Try(asked.name, obtained, out, options, observer)
    return replace(tried.run({"clone": taken}), url=asked.url)


def try_folder(folder: Path, name: str, *, out: Path, options: TryOptions, observer: Observer = SILENT) -> TriedProject:
    """Try a project that is here already; nothing in `folder` is changed."""
    return _Try(name, described(folder), out, options, observer).run({})


class _Stop(Exception):
    """Raised where the way of a project ends."""

    def __init__(self, place: FunnelPlace, *evidence: TryEvidence, need: Need | None = None) -> None:
        super().__init__(place.value)
        self.place = place
        self.need = need
        self.evidence = evidence


class _Try:
    """One try: what is known of the project so far is in `result`."""

    def __init__(self, name: str, obtained: Obtained, out: Path, options: TryOptions, observer: Observer) -> None:
        self.obtained, self.out, self.options, self.observer = obtained, out, options, observer
        self.settings = Settings(replay_times=options.times)
        self.result = TriedProject(
            name,
            FunnelPlace.NOT_TRIED,
            commit=obtained.commit,
            committed_unix_s=obtained.committed_unix_s,
        )
        self.seconds: dict[str, float] = {}
        self.imported: frozenset[str] = frozenset()

    def run(self, seconds: dict[str, float]) -> TriedProject:
        """Go as far as the project does."""
        self.seconds |= seconds
        work = self.out / "work"
        # Of an earlier try nothing is left: a store that was migrated for bis is too new for the program's own MLflow.
        for name in ("store", "work", *OWN_FOLDERS):
            shutil.rmtree(self.out / name, ignore_errors=True)
        try:
            self._go(work)
        except _Stop as end:
            self.result = replace(self.result, place=end.place, need=end.need, evidence=end.evidence)
        except StorageError as error:
            evidence = TryEvidence(EvidenceKind.BIS, _redacted(error.message))
            self.result = replace(self.result, place=FunnelPlace.NOT_TRIED, evidence=(evidence,))
        finally:
            if not self.options.keep:
                for folder in (work, *(self.out / name for name in OWN_FOLDERS)):
                    shutil.rmtree(folder, ignore_errors=True)
        return _result(self.result, self.seconds)

    def _go(self, work: Path) -> None:
        files = read_project(self.obtained.folder)
        candidate = self._candidate(files)
        needed = needed_packages(candidate, files)
        choices = import_choices(candidate, files) or ()
        self.imported = frozenset(one for several in choices for one in several)
        self.result = replace(self.result, chosen=candidate, dependencies=needed)
        if needed.source is DependencySource.UNKNOWN:
            lacks = TryEvidence(EvidenceKind.PROJECT, "", "dependencies", candidate.target, number=len(files.names))
            raise _Stop(FunnelPlace.NO_DEPENDENCIES, lacks)
        asked = asked_python(candidate, files, needed.files)
        as_of = as_of_time(self.options.as_of, self.obtained.committed_unix_s)
        pythons = pythons_to_try(asked, as_of, interpreters())[:_MOST_PYTHONS]
        environment, built = self._environment(pythons, as_of)
        with self._timed("copy"):
            fresh_copy(self.obtained.folder, work)
        program = ProgramToTry(
            candidate,
            work,
            self.out / "store",
            built.python_executable,
            environment,
            installed=is_installable(files, candidate),
            roots=further_roots(candidate, files),
            timeout_s=self.options.limits.run_s,
            sandbox=sandbox_request(self.options.sandbox, network=self.options.network),
        )
        if program.installed:
            self._deviates(Deviation("project", "installed", "importable from its folder", "it is not built"))
        elif program.roots:
            where = ", ".join(root if root != "." else "the project's folder" for root in program.roots)
            self._deviates(Deviation("PYTHONPATH", "not set", where, "the program imports modules that lie there"))
        kind = chosen_kind(program.sandbox)
        self.result = replace(self.result, sandbox=kind.value)
        filled = (program.work, program.store, *(program.folder / name for name in OWN_FOLDERS))
        with guarded(self.options.limits, built.python_executable, program.sandbox, folders=filled) as guards:
            self._run(program, guards)

    def _candidate(self, files: ProjectFiles) -> Candidate:
        found = candidates(files)
        self.result = replace(self.result, candidates=found[:_SHOWN_CANDIDATES])
        if self.options.entry:
            given = given_candidate(self.options.entry, files)
            if given is None:
                offered = ", ".join(dict.fromkeys(c.command or c.target for c in found[:8])) or "nothing"
                raise UsageError(
                    f"{self.result.project} has no {self.options.entry.split()[0]} to run; it offers {offered}",
                    hint="Name a script, a notebook, an entry point or an installed command of the project.",
                )
            return given
        if not found:
            lacks = TryEvidence(EvidenceKind.PROJECT, "", "program", number=len(files.names))
            raise _Stop(FunnelPlace.NO_ENTRY_POINT, lacks)
        return found[0]

    def _environment(
        self, pythons: tuple[ChosenPython, ...], as_of: float | None
    ) -> tuple[Environment, BuiltEnvironment]:
        """Resolve and build, with the next Python where that may help."""
        ends: list[_Stop] = []
        telling: _Stop | None = None  # of a Python that others failed before they came so far
        for chosen, day in (*((one, as_of) for one in pythons), *self._later(pythons, as_of)):
            try:
                return self._with_python(chosen, day, earlier=ends)
            except _Retry as failure:
                ends.append(failure.end)
                telling = telling or (failure.end if failure.any_python else None)
                if not failure.other_python:
                    break
        if not ends:
            raise _Stop(FunnelPlace.NOT_TRIED, TryEvidence(EvidenceKind.OBSERVED, "", "python"))
        raise telling or ends[0]

    def _later(self, pythons: tuple[ChosenPython, ...], as_of: float | None) -> tuple[tuple[ChosenPython, float], ...]:
        """At last the oldest Python that is there, on a later day, where the day itself had no such Python yet."""
        if as_of is None or not pythons:
            return ()
        oldest = min(pythons, key=lambda one: [int(n) for n in one.interpreter.version.split(".")])
        day = earliest_use(oldest.interpreter.version)
        if as_of >= day:
            return ()
        was, now = (datetime.fromtimestamp(t, timezone.utc).date().isoformat() for t in (as_of, day))
        why = f"Python {oldest.interpreter.version} came later than the project"
        return (
            (replace(oldest, deviations=(*oldest.deviations, Deviation("day of the packages", was, now, why))), day),
        )

    def _with_python(
        self, chosen: ChosenPython, as_of: float | None, *, earlier: list[_Stop]
    ) -> tuple[Environment, BuiltEnvironment]:
        interpreter, needed = chosen.interpreter, self.result.dependencies
        assert needed is not None
        minor = tuple(int(n) for n in interpreter.version.split(".")[:2])
        added = (*needed.added, "pip", *(("setuptools",) if minor < _SEEDED_UNTIL else ()))
        lock = self._resolved(interpreter, as_of, added)
        built = self._built(lock, interpreter)
        importer = importer_of_pkg_resources(built.python_executable.parents[1])
        if importer and not any(name_of(line) == "setuptools" for line in needed.requirements):
            added = (*(one for one in added if one != "setuptools"), WITH_PKG_RESOURCES)
            lock = self._resolved(interpreter, as_of, added)
            built = self._built(lock, interpreter)
            why = f"{importer} imports pkg_resources, and does not say so"
            self._deviates(Deviation("setuptools", "not declared", "installed", why))
        self._note_environment(chosen, lock, built, as_of, added, earlier)
        return lock.environment, built

    def _resolved(self, interpreter: Interpreter, as_of: float | None, added: tuple[str, ...]) -> Lock:
        needed = self.result.dependencies
        assert needed is not None

        def resolve(lines: Sequence[str]) -> Lock | Unresolved:
            return resolve_packages(
                (*lines, *added),
                python=interpreter.path,
                version=interpreter.version,
                as_of_unix_s=as_of,
                timeout_s=self.options.limits.resolve_s,
            )

        with self._timed("resolve"):
            lock = resolve_declared(needed.requirements, conda=needed.conda, imported=self.imported, resolve=resolve)
        if isinstance(lock, Unresolved):
            stop = _Stop(lock.place, lock.evidence)
            raise _Retry(stop, other_python=lock.other_python, any_python=lock.any_python)
        return lock

    def _built(self, lock: Lock, interpreter: Interpreter) -> BuiltEnvironment:
        self._check_download(lock)
        with self._timed("install"):
            try:
                return ensure_environment(
                    lock.environment, cache_dir=home() / "environments", python=interpreter.version,
                    compiled=False,  # most programs of strangers end before a second run
                    observer=self.observer,
                )  # fmt: skip
            except EnvironmentBuildError as error:
                package = str(error.context.get("package") or "")
                evidence = TryEvidence(EvidenceKind.UV, _redacted(error.message)[:400], package)
                raise _Retry(_Stop(FunnelPlace.NOT_INSTALLABLE, evidence), other_python=True) from error

    def _check_download(self, lock: Lock) -> None:
        """Stop where more would be downloaded than the disk may take; what is not known is no reason."""
        limit = self.options.limits.disk_mib
        if limit is None:
            return
        with self._timed("resolve"):
            found = describe_rebuild(lock.environment, lock.environment, cache_dir=home() / "environments").fetch
        size_mib = (found.size_bytes or 0) / MIB
        if size_mib > limit:
            evidence = TryEvidence(EvidenceKind.OBSERVED, "", "download", number=round(size_mib), limit=limit)
            raise _Stop(FunnelPlace.NEEDS, evidence, need=Need.RESOURCES)

    def _note_environment(
        self,
        chosen: ChosenPython,
        lock: Lock,
        built: BuiltEnvironment,
        as_of: float | None,
        added: tuple[str, ...],
        earlier: list[_Stop],
    ) -> None:
        pins = tuple(f"{p.name} @ {p.url}" if p.url else f"{p.name}=={p.version}" for p in lock.environment.packages)
        environment = TriedEnvironment(chosen.interpreter.version, as_of, pins, built.name, lock.undated)
        assert self.result.dependencies is not None
        dependencies = replace(self.result.dependencies, added=added)
        self.result = replace(self.result, environment=environment, dependencies=dependencies)
        for one in (*chosen.deviations, *built.deviations):
            self._deviates(one)
        if earlier and not chosen.deviations:
            text = earlier[0].evidence[0].text if earlier[0].evidence else ""
            self._deviates(Deviation("Python", "a newer one", chosen.interpreter.version, text))
        for one in _of_declarations(dependencies, lock):
            self._deviates(one)

    def _run(self, program: ProgramToTry, guards: Guards) -> None:
        self.result = replace(self.result, missing_guards=guards.missing)
        try:
            with self._timed("run"):
                first = run_recorded(program, self.settings)
        except StorageError:
            raise
        except BisError as error:
            raise _Stop(FunnelPlace.EXCEPTION, TryEvidence(EvidenceKind.BIS, _redacted(error.message))) from error
        self.result = replace(self.result, exit_code=first.outputs.exit_code, runs=first.created)
        self._measure(program)
        self._keep_printed(first)
        for one in (*_of_home(program), *first.deviations):
            self._deviates(one)
        if guards.excess is not None:
            over = guards.excess
            seen = TryEvidence(EvidenceKind.OBSERVED, "", over.name, number=over.number, limit=over.limit)
            raise _Stop(FunnelPlace.NEEDS, seen, need=Need.RESOURCES)
        if first.outputs.failure is not None:
            end = end_of(first, program, self.options.limits.run_s)
            self._diagnose(diagnosed(end))
            return
        tracked = first.created > 0
        place = FunnelPlace.RAN_TRACKED if tracked else FunnelPlace.RAN_UNTRACKED
        metrics = len({(e["run_id"], e["key"]) for e in first.seen.all("metric")})
        self.result = replace(
            self.result, place=place, metrics=metrics, evidence=(TryEvidence(EvidenceKind.OBSERVED, ""),)
        )
        self._judge(first, program)

    def _judge(self, first: FirstRun, program: ProgramToTry) -> None:
        """Store the evidence, replay, and look at a notebook's saved outputs."""
        try:
            kept = stored(first, program.store)
        except (BisError, OSError) as error:
            problem = _redacted(error.message if isinstance(error, BisError) else str(error))
            self.result = replace(self.result, replays=replace(self.result.replays, reason=problem))
            return
        if not kept.run_ids:
            return
        run_id = kept.run_ids[0]
        self.result = replace(self.result, run_id=run_id, tracking_uri=database_uri(program.store))
        if program.candidate.target.endswith(".ipynb"):
            published = published_outputs(run_id, program.store, self.settings)
            self.result = replace(self.result, published=published)
        if self.options.times:
            with self._timed("replay"):
                judged, deviations = replayed(
                    run_id, program.store, self.settings, times=self.options.times,
                    timeout_s=self.options.limits.run_s, sandbox=program.sandbox, observer=self.observer,
                )  # fmt: skip
            self.result = replace(self.result, replays=replace(judged, reason=_redacted(judged.reason)))
            for one in deviations:
                self._deviates(one)

    def _diagnose(self, found: Diagnosis) -> None:
        evidence = tuple(replace(one, text=_redacted(one.text), name=_redacted(one.name)) for one in found.evidence)
        self.result = replace(self.result, place=found.place, need=found.need, evidence=evidence)

    def _keep_printed(self, first: FirstRun) -> None:
        """Keep the end of what the program printed, for those who look at the evidence."""
        outputs = first.outputs
        cells = "".join(f"[cell {one.position}] {one.text}\n" for one in outputs.cells)
        failure = outputs.failure.traceback if outputs.failure is not None else ""
        parts = {"standard output": outputs.stdout or cells, "standard error": outputs.stderr or "", "raised": failure}
        text = "".join(f"# {name}\n{_redacted(part[-_PRINTED:])}\n" for name, part in parts.items() if part.strip())
        (self.out / PRINTED).write_text(text, encoding="utf-8", errors="backslashreplace")

    def _measure(self, program: ProgramToTry) -> None:
        """Note what the program left on the disk."""
        total = sum(_size(folder) for folder in (program.work, program.store, self.out / TEMPORARY, self.out / HOME))
        self.result = replace(self.result, disk_bytes=total)

    def _deviates(self, one: Deviation) -> None:
        if one not in self.result.deviations:
            self.result = replace(self.result, deviations=(*self.result.deviations, one))

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        finally:
            self.seconds[step] = self.seconds.get(step, 0.0) + time.monotonic() - begun


class _Retry(Exception):
    """Raised where an environment cannot be built with one Python."""

    def __init__(self, end: _Stop, *, other_python: bool, any_python: bool = False) -> None:
        super().__init__(end.place.value)
        self.end = end
        self.any_python = any_python
        self.other_python = other_python


def _of_declarations(dependencies: TriedDependencies, lock: Lock) -> Iterator[Deviation]:
    """What was declared and is not there, or not as it was declared."""
    if len(dependencies.left_out) > _MOST_LEFT_OUT:
        where = dependencies.files[0] if dependencies.files else "the environment"
        why = f"{where} was exported by conda: what the program imports is asked for, and what that needs"
        yield Deviation("declared packages", str(len(dependencies.left_out)), "left out", why)
    else:
        for line in dependencies.left_out:
            yield Deviation("declared package", line, "left out", "no index of Python packages has it")
    for line in lock.left_out:
        yield Deviation(
            "declared package", line, "left out", "it was declared for conda, and the index does not have it"
        )
    for line in lock.loosened:
        yield Deviation("declared package", line, "any version", "the index lacks this version, which conda may have")


def _of_home(program: ProgramToTry) -> tuple[Deviation, ...]:
    """What the program wrote in the home folder, where that is more than caches."""
    left = left_in_home(program.folder / HOME)
    if not left:
        return ()
    named = ", ".join(f"~/{name}" for name in left[:_NAMED_IN_HOME])
    more = f" and {len(left) - _NAMED_IN_HOME} more" if len(left) > _NAMED_IN_HOME else ""
    here = f"one of its own, in which it wrote {named}{more}"
    return (Deviation("home folder", "the user's", here, "it may not write in yours"),)


def is_installable(files: ProjectFiles, candidate: Candidate) -> bool:
    """Whether the project is one that is installed before it is run: it says how it is built."""
    named = [n for n in ("setup.py", "setup.cfg", "pyproject.toml") if files.has(n)]
    declares = any(
        mark in files.text(n) for n in named for mark in ("[project]", "[tool.poetry]", "setup(", "[metadata]")
    )
    in_src = candidate.module and program_file(candidate, files).startswith("src/")  # found there once it is installed
    return declares or bool(candidate.function) or in_src


def end_of(first: FirstRun, program: ProgramToTry, limit_s: float) -> EndOfProgram:
    """How a program ended, in the words of those who say why."""
    outputs, failure = first.outputs, first.outputs.failure
    assert failure is not None
    refused = tuple(str(e["path"]) for e in first.seen.all("wrote-outside") if e["what"] == "refused")
    printed = outputs.stderr or ""
    if outputs.stderr_rest is not None:
        printed += outputs.stderr_rest.tail
    if not printed.strip():
        printed = (outputs.stdout or "")[-4000:]
    ended = first.seen.exit
    return EndOfProgram(
        exception=failure.exception or _class_in(failure.message),
        message=failure.message if failure.cell is None else "",  # of a cell it is a sentence; the traceback has it
        traceback=failure.traceback,
        printed=printed,
        also_printed=(outputs.stdout or "")[-_PRINTED:],
        exit_code=outputs.exit_code,
        signal=ended.signal if ended is not None else None,
        timed_out=failure.stage == "timeout" or bool(ended is not None and ended.timed_out),
        limit_s=limit_s,
        cell=failure.cell,
        refused=refused,
        target=os.path.normpath(os.path.join(program.candidate.cwd, program.candidate.target)),  # noqa: PTH118
        root=str(program.work),
    )


def _class_in(message: str) -> str:
    """The class of an exception at the beginning of a message, where it stands there."""
    head = message.partition(":")[0]
    return head if head.isidentifier() and head.endswith(("Error", "Exception", "Exit")) else ""


def _size(folder: Path) -> int:
    total = 0
    for path, _folders, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(path, name)).st_size  # noqa: PTH118 (there may be very many)
    return total


def _redacted(text: str) -> str:
    return Redactor(os.environ).text(text, place="output")


def _result(tried: TriedProject, seconds: dict[str, float]) -> TriedProject:
    rounded = {name: round(value, 2) for name, value in seconds.items()}
    return replace(tried, seconds=rounded, tried_unix_s=time.time(), bis_version=__version__)
